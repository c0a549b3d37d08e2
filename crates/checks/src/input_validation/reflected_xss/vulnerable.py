from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def search():
    q = request.args.get("q", "")
    return f"""<h1>Search</h1><form><input name="q" value="{q}"></form>
<p title={q}>Nothing found for {q}</p>"""


if __name__ == "__main__":
    app.run(debug=False)
