import os
import secrets
from datetime import datetime, timedelta, timezone

import jwt
from flask import Flask, request

app = Flask(__name__)
KEY = os.environ.get("JWT_SECRET") or secrets.token_hex(32)


def token(minutes):
    expires = datetime.now(timezone.utc) + timedelta(minutes=minutes)
    return jwt.encode({"sub": "guest", "exp": expires}, KEY, algorithm="HS256")


@app.get("/")
def guest():
    return {"access_token": token(15), "last_access_token": token(-30), "account": "/account"}


@app.get("/account")
def account():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        claims = jwt.decode(token, KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return {"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}
    return {"account": claims["sub"], "balance": 12}


if __name__ == "__main__":
    app.run()
