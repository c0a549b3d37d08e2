import os

from flask import Flask, abort, jsonify, request, session

app = Flask(__name__)
app.secret_key = os.urandom(32)

ORDERS = {
    101: {"id": 101, "customer": "maria", "email": "maria@example.com", "total": 30},
    102: {"id": 102, "customer": "jonas", "email": "jonas@example.com", "total": 12},
}


def own_order(order_id):
    order = ORDERS.get(order_id)
    if order is None or order["customer"] != session.get("user"):
        abort(404)
    return order


@app.get("/")
def index():
    return '<a href="/orders/101">your last order</a> <form method="post" action="/login"><input type="password" name="p"></form>'


@app.post("/login")
def login():
    if request.form.get("p") != os.environ.get("SHOP_PASSWORD"):
        abort(401)
    session["user"] = "maria"
    return {"ok": True}


@app.get("/orders/<int:order_id>")
def order(order_id):
    return jsonify(own_order(order_id))


if __name__ == "__main__":
    app.run()
