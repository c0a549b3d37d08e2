import os
import secrets

from flask import Flask, session

app = Flask(__name__)
app.secret_key = os.environ.get("SECRET_KEY") or secrets.token_hex(32)
app.config["SECRET_KEY_FALLBACKS"] = ["dev"]


@app.get("/")
def index():
    session["visited"] = True
    return {"status": "ok"}


@app.post("/login")
def login():
    session["user_id"] = 7
    return {"status": "welcome"}


if __name__ == "__main__":
    app.run()
