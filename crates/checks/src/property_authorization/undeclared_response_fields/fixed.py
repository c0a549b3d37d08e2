from flask import Flask, jsonify

app = Flask(__name__)

PRODUCTS = [{"id": 1, "title": "Lamp", "price": 30, "purchase_price": 11, "supplier": "Nordlicht"}]
PRODUCT = {"type": "object", "properties": {"id": {"type": "integer"}, "title": {"type": "string"}, "price": {"type": "number"}}}
ANSWER = {"description": "all", "content": {"application/json": {"schema": {"type": "array", "items": PRODUCT}}}}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {"/products": {"get": {"responses": {"200": ANSWER}}}},
}
DECLARED = ("id", "title", "price")


def as_declared(product):
    return {name: product[name] for name in DECLARED}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.get("/products")
def products():
    return jsonify([as_declared(product) for product in PRODUCTS])


if __name__ == "__main__":
    app.run()
