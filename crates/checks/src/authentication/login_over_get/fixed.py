from flask import Flask

app = Flask(__name__)

PAGE = """<!doctype html>
<title>Log in</title>
<form method="post" action="/login">
  <input name="username">
  <input name="password" type="password">
</form>
"""


@app.get("/")
def index():
    return PAGE


@app.post("/login")
def login():
    return {"error": "wrong name or password"}, 401


if __name__ == "__main__":
    app.run()
