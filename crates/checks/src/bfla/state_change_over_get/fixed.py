import hmac
import os
import secrets

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
KEY = os.environ.get("CACHE_KEY") or secrets.token_hex(16)

CACHE = {"/": "home"}
ANSWERS = {"204": {"description": "done"}}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Cache", "version": "1"},
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}}},
    "paths": {"/cache/flush": {"post": {"security": [{"key": []}], "responses": ANSWERS}}},
}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.post("/cache/flush")
def flush():
    if not hmac.compare_digest(request.headers.get("X-Api-Key", "").encode(), KEY.encode()):
        abort(401)
    CACHE.clear()
    return "", 204


if __name__ == "__main__":
    app.run()
