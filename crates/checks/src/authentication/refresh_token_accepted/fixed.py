import os
import secrets
from datetime import datetime, timedelta, timezone

import jwt
from flask import Flask, request

app = Flask(__name__)
KEY = os.environ.get("JWT_SECRET") or secrets.token_hex(32)


def token(kind, life):
    claims = {"sub": "guest", "type": kind, "exp": datetime.now(timezone.utc) + life}
    return jwt.encode(claims, KEY, algorithm="HS256")


@app.get("/")
def guest():
    access, refresh = token("access", timedelta(minutes=15)), token("refresh", timedelta(days=30))
    return {"access_token": access, "refresh_token": refresh, "account": "/account"}


@app.get("/account")
def account():
    scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
    try:
        claims = jwt.decode(presented, KEY, algorithms=["HS256"])
        if claims.get("type") != "access":
            raise jwt.InvalidTokenError("not an access token")
    except jwt.InvalidTokenError:
        return {"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}
    return {"account": claims["sub"], "balance": 12}


if __name__ == "__main__":
    app.run()
