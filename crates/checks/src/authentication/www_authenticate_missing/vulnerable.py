import hmac
import os
import secrets

from flask import Flask, request

app = Flask(__name__)
EXPECTED = "Bearer " + (os.environ.get("SHOP_CREDENTIAL") or secrets.token_urlsafe(32))


@app.get("/")
def index():
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), EXPECTED.encode()):
        return {"error": "unauthorized"}, 401
    return {"products": ["lamp", "chair"]}


if __name__ == "__main__":
    app.run()
