from flask import Flask, render_template_string, request

app = Flask(__name__)

REPORT = """<script>const period = '{{ period|safe }}';</script>
<button onclick="show('{{ tab }}')">show</button> <a href="{{ back }}">back</a>
<script>const title = `Report of {{ title }}`;</script>"""


@app.get("/")
def search():
    q = request.args.get("q", "")
    return f"""<h1>Search</h1><form><input name="q" value="{q}"></form>
<p title={q}>Nothing found for {q}</p>
<a href="/report?period=May&amp;back=%2F&amp;tab=all&amp;title=it">report</a>"""


@app.get("/report")
def report():
    return render_template_string(
        REPORT,
        period=request.args.get("period", "").replace("<", "&lt;").replace("'", "\\'"),
        tab=request.args.get("tab", ""),
        title=request.args.get("title", ""),
        back=request.args.get("back", "/"),
    )


if __name__ == "__main__":
    app.run(debug=False)
