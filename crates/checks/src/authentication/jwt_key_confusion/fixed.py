import json
from datetime import datetime, timedelta, timezone

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, request

app = Flask(__name__)
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = PRIVATE.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def verified(token):
    return jwt.decode(token, PUBLIC, algorithms=["RS256"])


@app.get("/")
def guest():
    expires = datetime.now(timezone.utc) + timedelta(minutes=15)
    token = jwt.encode({"sub": "guest", "exp": expires}, PRIVATE, algorithm="RS256")
    return {"access_token": token, "account": "/account"}


@app.get("/.well-known/jwks.json")
def keys():
    return {"keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(PRIVATE.public_key()))]}


@app.get("/account")
def account():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        claims = verified(token)
    except jwt.InvalidTokenError:
        return {"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}
    return {"account": claims["sub"], "balance": 12}


if __name__ == "__main__":
    app.run()
