from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/page?lang=en">page</a>'


@app.get("/page")
def page():
    language = request.args.get("lang", "en")
    if language not in {"en", "de", "fr"}:
        language = "en"
    return "<p>Welcome</p>", {"Content-Language": language}


if __name__ == "__main__":
    app.run(debug=False)
