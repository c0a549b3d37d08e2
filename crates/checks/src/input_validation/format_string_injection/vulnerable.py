from flask import Flask, request
from markupsafe import escape

app = Flask(__name__)

SITE = "the bookshop"


@app.get("/")
def index():
    return '<a href="/welcome?name=Ada">welcome</a>'


@app.get("/welcome")
def welcome():
    greeting = "<p>Welcome to {site}, " + str(escape(request.args.get("name", "you"))) + "</p>"
    return greeting.format(site=SITE)


if __name__ == "__main__":
    app.run(debug=False)
