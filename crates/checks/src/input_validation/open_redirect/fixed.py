from flask import Flask, redirect, request

app = Flask(__name__)


def is_own_path(target):
    plain = all(c.isprintable() and c != "\\" for c in target)
    return plain and target.startswith("/") and not target.startswith("//")


@app.get("/")
def index():
    return '<a href="/go?next=/">go</a> <a href="/leave?next=/">leave</a>'


@app.get("/go")
def go():
    target = request.args.get("next", "/")
    return redirect(target if is_own_path(target) else "/")


@app.get("/leave")
def leave():
    target = request.args.get("next", "/")
    return redirect(target if is_own_path(target) else "/")


if __name__ == "__main__":
    app.run(debug=False)
