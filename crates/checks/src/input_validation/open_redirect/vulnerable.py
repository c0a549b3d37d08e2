from flask import Flask, redirect, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/go?next=/">go</a> <a href="/leave?next=/">leave</a>'


@app.get("/go")
def go():
    return redirect(request.args.get("next", "/"))


@app.get("/leave")
def leave():
    target = request.args.get("next", "/")
    return redirect(target if target.startswith("/") and not target.startswith("//") else "/")


if __name__ == "__main__":
    app.run(debug=False)
