from flask import Flask, render_template_string, request

app = Flask(__name__)

PAGE = """<h1>Search</h1><form><input name="q" value="{{ q }}"></form>
<p title="{{ q }}">Nothing found for {{ q }}</p>"""


@app.get("/")
def search():
    return render_template_string(PAGE, q=request.args.get("q", ""))


if __name__ == "__main__":
    app.run(debug=False)
