import os
import secrets
import sqlite3
from datetime import datetime, timedelta, timezone

import jwt
from flask import Flask, request

app = Flask(__name__)
KEYS = sqlite3.connect(":memory:", check_same_thread=False)
KEYS.execute("CREATE TABLE keys (id TEXT PRIMARY KEY, secret TEXT)")
KEYS.execute("INSERT INTO keys VALUES ('main', ?)", [os.environ.get("JWT_SECRET") or secrets.token_hex(32)])


def secret(kid):
    row = KEYS.execute(f"SELECT secret FROM keys WHERE id = '{kid}'").fetchone()
    if row is None:
        raise jwt.InvalidTokenError("unknown key")
    return row[0]


@app.get("/")
def guest():
    expires = datetime.now(timezone.utc) + timedelta(minutes=15)
    claims = {"sub": "guest", "exp": expires}
    token = jwt.encode(claims, secret("main"), algorithm="HS256", headers={"kid": "main"})
    return {"access_token": token, "account": "/account"}


@app.get("/account")
def account():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        kid = jwt.get_unverified_header(token).get("kid", "")
        claims = jwt.decode(token, secret(kid), algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return {"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}
    return {"account": claims["sub"], "balance": 12}


if __name__ == "__main__":
    app.run()
