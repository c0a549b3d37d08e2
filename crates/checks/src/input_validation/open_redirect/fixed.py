from flask import Flask, redirect, request

app = Flask(__name__)

PARTNERS = {"https://partner.example/offers"}


def is_own_path(target):
    plain = all(c.isprintable() and c != "\\" for c in target)
    return plain and target.startswith("/") and not target.startswith("//")


@app.get("/")
def index():
    return """<a href="/go?next=/">go</a> <a href="/leave?next=/">leave</a>
    <a href="/partner?next=https://partner.example/offers">offers</a>"""


@app.get("/go")
def go():
    target = request.args.get("next", "/")
    return redirect(target if is_own_path(target) else "/")


@app.get("/leave")
def leave():
    target = request.args.get("next", "/")
    return redirect(target if is_own_path(target) else "/")


@app.get("/partner")
def partner():
    target = request.args.get("next", "/")
    return redirect(target if target in PARTNERS else "/")


if __name__ == "__main__":
    app.run(debug=False)
