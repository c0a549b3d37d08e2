import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from secrets import token_bytes

from flask import Flask, jsonify, request

app = Flask(__name__)
KEY = token_bytes(32)


def sign(payload):
    return hmac.new(KEY, payload.encode(), sha256).hexdigest()


def load(cookie):
    payload, _, signature = cookie.rpartition(".")
    if not hmac.compare_digest(sign(payload), signature):
        raise ValueError("the session was changed")
    return json.loads(urlsafe_b64decode(payload))


@app.get("/")
def index():
    try:
        session = load(request.cookies.get("session", ""))
    except ValueError:
        session = {"visits": 0}
    session["visits"] += 1
    payload = urlsafe_b64encode(json.dumps(session).encode()).decode()
    response = jsonify(visits=session["visits"])
    response.set_cookie("session", payload + "." + sign(payload), httponly=True)
    return response


if __name__ == "__main__":
    app.run()
