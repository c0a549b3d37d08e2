import hashlib

from flask import Flask, request

app = Flask(__name__)
SALT = b"a salt of the shop"
USERS = {"ada": hashlib.scrypt(b"correct horse battery", salt=SALT, n=2**4, r=8, p=1)}
UNAUTHORIZED = {"error": "unauthorized"}, 401, {"WWW-Authenticate": 'Basic realm="shop"'}


def digest(password):
    """Like bcrypt from 5.0 on, which takes no password above 72 bytes."""
    if len(password) > 72:
        raise ValueError("password cannot be longer than 72 bytes")
    return hashlib.scrypt(password, salt=SALT, n=2**4, r=8, p=1)


@app.get("/")
def account():
    auth = request.authorization
    password = (auth.password or "").encode() if auth else b""
    if auth is None or USERS.get(auth.username) != digest(password):
        return UNAUTHORIZED
    return {"balance": 12}


if __name__ == "__main__":
    app.run()
