import hmac
import os
import secrets

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
TOKEN = os.environ.get("SHOP_TOKEN") or secrets.token_hex(16)

PRODUCTS = {1: {"id": 1, "title": "Lamp"}}
ANSWERS = {"200": {"description": "fine"}}
PARAMETER = {"name": "product_id", "in": "path", "required": True, "schema": {"type": "integer"}}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/products": {"get": {"responses": ANSWERS}},
        "/products/{product_id}": {"delete": {"parameters": [PARAMETER], "responses": ANSWERS}},
    },
}
SPECIFICATION["security"] = [{"token": []}]
SPECIFICATION["paths"]["/products"]["get"]["security"] = []


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.get("/products")
def products():
    return jsonify(list(PRODUCTS.values()))


@app.delete("/products/<int:product_id>")
def remove(product_id):
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), TOKEN.encode()):
        abort(401)
    return jsonify(PRODUCTS.pop(product_id, None))


if __name__ == "__main__":
    app.run()
