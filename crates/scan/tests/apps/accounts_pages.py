"""Somebody registers and logs in with forms that carry an anti-CSRF token of their session, which stays the same at login."""

from secrets import token_hex

from flask import Flask, redirect, request, session

app = Flask(__name__)
app.secret_key = token_hex(32)
users = {}


def form(action, fields):
    token = session.setdefault("token", token_hex(16))
    inputs = "".join(f"<input name={name} type={kind}>" for name, kind in fields)
    return f"<form method=post action={action}><input type=hidden name=csrf_token value={token}>{inputs}</form>"


@app.before_request
def tokens():
    if request.method == "POST" and request.form.get("csrf_token") != session.get("token", ""):
        return "<p>The CSRF token is missing.</p>", 400
    return None


@app.get("/")
def index():
    if "user" in session:
        return f"<p>Hello {session['user']}</p><a href=/plots>your plots</a><a href=/logout>leave</a>"
    return "<a href=/enter>log in</a> <a href=/gardeners/new>create an account</a>"


@app.route("/gardeners/new", methods=["GET", "POST"])
def new():
    fields = [("username", "text"), ("password", "password"), ("password2", "password")]
    if request.method == "GET":
        return form("/gardeners/new", fields)
    given = request.form
    if given["password"] != given["password2"] or not given["username"]:
        return form("/gardeners/new", fields)
    users[given["username"]] = given["password"]
    return redirect("/enter")


@app.route("/enter", methods=["GET", "POST"])
def enter():
    page = form("/enter", [("username", "text"), ("password", "password")])
    if request.method == "GET":
        return page
    if users.get(request.form["username"]) != request.form["password"]:
        return "<p>Wrong user name or password</p>" + page
    session["user"] = request.form["username"]
    return redirect("/")


@app.get("/plots")
def plots():
    return f"<p>Plots of {session['user']}</p>" if "user" in session else redirect("/enter")


@app.get("/logout")
def leave():
    session.clear()
    return redirect("/")


if __name__ == "__main__":
    app.run()
