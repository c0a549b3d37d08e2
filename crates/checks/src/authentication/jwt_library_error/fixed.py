import os
import secrets

import jwt
from flask import Flask, request

app = Flask(__name__)
KEY = os.environ.get("JWT_SECRET") or secrets.token_hex(32)
UNAUTHORIZED = {"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}


@app.get("/")
def account():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer":
        return UNAUTHORIZED
    try:
        jwt.decode(token, KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return UNAUTHORIZED
    return {"balance": 12}


if __name__ == "__main__":
    app.run()
