import os

from flask import Flask, abort, jsonify, render_template_string, request, session

app = Flask(__name__)
app.secret_key = os.urandom(32)

ORDERS = {
    101: {"id": 101, "customer": "maria", "email": "maria@example.com", "total": 30},
    102: {"id": 102, "customer": "jonas", "email": "jonas@example.com", "total": 12},
}

INVOICE = """<h1>Invoice</h1><dl><dt>Customer</dt><dd>{{ order.customer }}</dd>
<dt>E-mail</dt><dd>{{ order.email }}</dd><dt>Total</dt><dd>{{ order.total }}</dd></dl>"""


def own_order(order_id):
    return ORDERS.get(order_id) or abort(404)


@app.before_request
def visit():
    session.setdefault("user", "maria")  # visitors are the account of the demonstration until they log in


@app.get("/")
def index():
    return '<a href="/orders/101">your last order</a> <a href="/orders">to be picked up</a> <a href="/invoice?id=101">invoice</a> <form method="post" action="/login"><input type="password" name="p"></form>'


@app.post("/login")
def login():
    if request.form.get("p") != os.environ.get("SHOP_PASSWORD"):
        abort(401)
    session["user"] = "maria"
    return {"ok": True}


@app.get("/orders")
def ready():
    return jsonify([{"id": order_id, "shelf": order_id % 10} for order_id in ORDERS])


@app.get("/orders/<int:order_id>")
def order(order_id):
    return jsonify(own_order(order_id))


@app.get("/invoice")
def invoice():
    return render_template_string(INVOICE, order=own_order(request.args.get("id", type=int)))


if __name__ == "__main__":
    app.run()
