import re

from flask import Flask, jsonify, render_template_string, request

app = Flask(__name__)

PAGE = """<h1>Search</h1><form><input name="q" value="{{ q }}"></form>
<p title="{{ q }}">Nothing found for {{ q }}</p>
<textarea name="q">{{ q }}</textarea> <!-- searched for {{ q }} -->
<a href="/report?period=May&amp;back=%2F&amp;tab=all&amp;title=it">report</a> <a href="/text?q=a">text</a> <a href="/json?q=a">JSON</a>"""

REPORT = """<script>const period = {{ period|tojson }};</script>
<button onclick='show({{ tab|tojson }})' data-tab="{{ tab }}">show</button> <a href="{{ back }}">back</a>
<script>const title = `Report of ${ {{- title|tojson -}} }`;</script>
<script type="application/json">{{ {"tab": tab}|tojson }}</script>"""


@app.get("/")
def search():
    return render_template_string(PAGE, q=request.args.get("q", ""))


@app.get("/report")
def report():
    back = request.args.get("back", "/")
    return render_template_string(
        REPORT,
        period=request.args.get("period", ""),
        tab=request.args.get("tab", ""),
        title=request.args.get("title", ""),
        back=back if re.fullmatch(r"/[A-Za-z0-9/_-]*", back) else "/",
    )


@app.get("/text")
def text():
    return f"<b>{request.args.get('q', '')}</b>", 200, {"Content-Type": "text/plain"}


@app.get("/json")
def as_json():
    return jsonify(q=request.args.get("q", ""))


if __name__ == "__main__":
    app.run(debug=False)
