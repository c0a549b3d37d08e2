import os
import secrets

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
TOKEN = os.environ.get("SHOP_TOKEN") or secrets.token_hex(16)

ORDERS = {1: {"id": 1, "status": "sent"}, 2: {"id": 2, "status": "packed"}}
ANSWERS = {"200": {"description": "fine"}}
PARAMETER = {"name": "order_id", "in": "path", "required": True, "schema": {"type": "integer"}, "example": 1}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Orders", "version": "1"},
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    "paths": {
        "/orders": {"get": {"security": [{"token": []}], "responses": ANSWERS}},
        "/orders/{order_id}": {"get": {"parameters": [PARAMETER], "responses": ANSWERS}},
    },
}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.get("/orders")
def orders():
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        abort(401)
    return jsonify(list(ORDERS.values()))


@app.get("/orders/<int:order_id>")
def order(order_id):
    return jsonify(ORDERS.get(order_id) or abort(404))


if __name__ == "__main__":
    app.run()
