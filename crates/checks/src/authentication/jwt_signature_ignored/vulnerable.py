import os
import secrets
from datetime import datetime, timedelta, timezone

import jwt
from flask import Flask, request

app = Flask(__name__)
KEY = os.environ.get("JWT_SECRET") or secrets.token_hex(32)


@app.get("/")
def guest():
    expires = datetime.now(timezone.utc) + timedelta(minutes=15)
    token = jwt.encode({"sub": "guest", "exp": expires}, KEY, algorithm="HS256")
    return {"access_token": token, "account": "/account"}


@app.get("/account")
def account():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return {"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}
    return {"account": claims["sub"], "balance": 12}


if __name__ == "__main__":
    app.run()
