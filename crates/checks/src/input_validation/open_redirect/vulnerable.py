from flask import Flask, redirect, request

app = Flask(__name__)


@app.get("/")
def index():
    return """<a href="/go?next=/">go</a> <a href="/leave?next=/">leave</a>
    <a href="/partner?next=https://partner.example/offers">offers</a>"""


@app.get("/go")
def go():
    return redirect(request.args.get("next", "/"))


@app.get("/leave")
def leave():
    target = request.args.get("next", "/")
    return redirect(target if target.startswith("/") and not target.startswith("//") else "/")


@app.get("/partner")
def partner():
    target = request.args.get("next", "/")
    return redirect(target if target.startswith("https://partner.example") else "/")


if __name__ == "__main__":
    app.run(debug=False)
