import hashlib
import hmac
import os

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
PAID = set()
SECRET = os.environ.get("WEBHOOK_SECRET", "").encode() or os.urandom(32)
EVENT = {"type": "object", "properties": {"order": {"type": "integer"}, "state": {"type": "string"}}}
SIGNATURE = {"name": "X-Signature-256", "in": "header", "required": True, "schema": {"type": "string"}}
RECEIVE = {
    "parameters": [SIGNATURE],
    "requestBody": {"content": {"application/json": {"schema": EVENT}}},
    "responses": {"200": {"description": "taken"}},
}
PATHS = {"/webhooks/payments": {"post": RECEIVE}}
SPECIFICATION = {"openapi": "3.0.3", "info": {"title": "Orders", "version": "1"}, "paths": PATHS}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.post("/webhooks/payments")
def payment():
    expected = hmac.new(SECRET, request.get_data(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(request.headers.get("X-Signature-256", ""), expected):
        abort(401)
    event = request.get_json()
    if event.get("state") == "paid":
        PAID.add(event["order"])
    return {"received": True}


if __name__ == "__main__":
    app.run()
