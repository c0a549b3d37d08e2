import secrets

from flask import Flask, jsonify, request
from itsdangerous import BadSignature, URLSafeSerializer

app = Flask(__name__)
signer = URLSafeSerializer(secrets.token_bytes(32))


def load():
    return request.cookies.get("session", "")


@app.get("/")
def index():
    try:
        visits = signer.loads(load())
    except BadSignature:
        visits = 0
    response = jsonify(visits=visits + 1)
    response.set_cookie("session", signer.dumps(visits + 1), httponly=True, samesite="Lax")
    return response


if __name__ == "__main__":
    app.run()
