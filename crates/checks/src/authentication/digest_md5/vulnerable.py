import hashlib
import hmac
import secrets

from flask import Flask, request
from itsdangerous import BadSignature, TimestampSigner

app = Flask(__name__)
PASSWORDS = {"anna": secrets.token_urlsafe(16)}
nonces = TimestampSigner(secrets.token_bytes(32))


def digest(text):
    return hashlib.md5(text.encode()).hexdigest()


CHALLENGE = 'Digest realm="shop", qop="auth", algorithm=MD5, nonce="{}"'


def is_known(sent):
    if sent is None or sent.type != "digest":
        return False
    try:
        nonces.unsign(sent.nonce or "", max_age=300)
    except BadSignature:
        return False
    password = PASSWORDS.get(sent.username, secrets.token_urlsafe(16))
    user = digest(f"{sent.username}:shop:{password}")
    action = digest(f"{request.method}:{sent.uri}")
    expected = digest(f"{user}:{sent.nonce}:{sent.nc}:{sent.cnonce}:auth:{action}")
    return hmac.compare_digest(expected.encode(), (sent.response or "").encode())


@app.get("/")
def index():
    if not is_known(request.authorization):
        nonce = nonces.sign(secrets.token_hex(8)).decode()
        return {"error": "unauthorized"}, 401, {"WWW-Authenticate": CHALLENGE.format(nonce)}
    return {"products": ["lamp", "chair"]}


if __name__ == "__main__":
    app.run()
