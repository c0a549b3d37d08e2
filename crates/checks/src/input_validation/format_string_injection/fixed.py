from flask import Flask, request
from markupsafe import escape

app = Flask(__name__)

SITE = "the bookshop"


@app.get("/")
def index():
    return '<a href="/welcome?name=Ada">welcome</a>'


@app.get("/welcome")
def welcome():
    return "<p>Welcome to {}, {}</p>".format(SITE, escape(request.args.get("name", "you")))


if __name__ == "__main__":
    app.run(debug=False)
