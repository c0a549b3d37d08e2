from flask import Flask, request
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
USERS = {"admin": generate_password_hash("correct horse battery")}
NOBODY = generate_password_hash("the password of nobody")

PAGE = """<!doctype html>
<title>Log in</title>
<a href="/posts">posts</a>
<form method="post" action="/login">
  <input name="username">
  <input name="password" type="password">
</form>
"""


@app.get("/")
def index():
    return PAGE


@app.get("/posts")
def posts():
    return {"posts": [{"title": "Opening hours", "username": "admin"}]}


@app.post("/login")
def login():
    name, password = request.form.get("username", ""), request.form.get("password", "")
    known = check_password_hash(USERS.get(name, NOBODY), password)
    if not known or name not in USERS:
        return {"error": "wrong name or password"}, 401
    return {"status": "welcome"}


if __name__ == "__main__":
    app.run()
