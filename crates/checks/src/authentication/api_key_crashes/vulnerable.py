import hmac
import os

from flask import Flask, request

app = Flask(__name__)
API_KEY = os.environ.get("API_KEY", os.urandom(16).hex())


@app.get("/")
def index():
    return '<a href="/orders">orders</a>'


@app.get("/orders")
def orders():
    key = request.headers.get("X-API-Key", "")
    if not hmac.compare_digest(key, API_KEY):
        return {"error": "invalid API key"}, 401
    return {"orders": []}


if __name__ == "__main__":
    app.run()
