import hmac
import os
import secrets

from flask import Flask, jsonify, request

app = Flask(__name__)
TOKEN = os.environ.get("SHOP_TOKEN") or secrets.token_urlsafe(32)

OPENAPI = {
    "openapi": "3.0.3",
    "info": {"title": "Orders", "version": "1"},
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/orders": {"get": {"security": [{"token": []}], "responses": {"200": {"description": "all orders"}}}}
    },
}


@app.before_request
def require_token():
    sent = request.headers.get("Authorization", "").encode()
    if request.path.startswith("/orders") and not hmac.compare_digest(sent, f"Bearer {TOKEN}".encode()):
        return {"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}


@app.get("/openapi.json")
def openapi():
    return OPENAPI


@app.get("/orders")
def orders():
    return jsonify([{"id": 1, "item": "lamp", "customer": "Ada"}])


if __name__ == "__main__":
    app.run()
