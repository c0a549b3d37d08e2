"""An API that refuses whatever its description does not allow, with the reason."""

from flask import Flask, jsonify, request
from marshmallow import RAISE, Schema, ValidationError, fields, validate

app = Flask(__name__)


class Line(Schema):
    class Meta:
        unknown = RAISE

    sku = fields.Str(required=True, validate=validate.Regexp(r"^[A-Z]{3}-[0-9]{4}$"))
    count = fields.Int(required=True, strict=True, validate=validate.Range(1, 20))
    note = fields.Str()


class Order(Schema):
    class Meta:
        unknown = RAISE

    customer_id = fields.Int(required=True, strict=True, validate=validate.OneOf([41, 42]))
    lines = fields.List(fields.Nested(Line), required=True, validate=validate.Length(min=2, max=5))
    delivery = fields.Str(required=True, validate=validate.OneOf(["post", "shop"]))
    day = fields.Date(required=True)
    contact = fields.Email(required=True)
    reference = fields.UUID(required=True)
    paid = fields.Bool(required=True)
    weight = fields.Float(required=True, validate=validate.Range(min=0.5, max=2))
    code = fields.Str(required=True, validate=validate.Length(min=12, max=14))


class Search(Schema):
    class Meta:
        unknown = RAISE

    page = fields.Int(required=True, validate=validate.Range(5))
    sort = fields.Str(required=True, validate=validate.OneOf(["name", "age"]))
    colour = fields.Str()


class Message(Schema):
    class Meta:
        unknown = RAISE

    subject = fields.Str(required=True, validate=validate.Length(max=5))
    priority = fields.Int(required=True, validate=validate.Range(3, 9))


class Upload(Schema):
    class Meta:
        unknown = RAISE

    title = fields.Str(required=True)


@app.errorhandler(ValidationError)
def refused(error):
    return jsonify(errors=error.messages), 422


@app.get("/customers/<int:customer_id>/orders")
def search(customer_id):
    Search().load(request.args)
    if customer_id not in (41, 42):
        return jsonify(errors="no such customer"), 404
    if request.headers.get("X-Region") not in ("north", "south"):
        return jsonify(errors="X-Region"), 422
    if not request.cookies.get("device", "").isdigit():
        return jsonify(errors="device"), 422
    return jsonify([])


@app.post("/orders")
def order():
    return jsonify(Order().dump(Order().load(request.get_json()))), 201


@app.put("/orders/<uuid:order_id>/lines")
def lines(order_id):
    return jsonify(Line(many=True).load(request.get_json()))


@app.post("/messages")
def message():
    if request.mimetype != "application/x-www-form-urlencoded":
        return jsonify(errors="a form is expected"), 415
    return jsonify(Message().load(request.form))


@app.post("/files")
def upload():
    if "document" not in request.files or not request.files["document"].read():
        return jsonify(errors="document is missing"), 422
    return jsonify(Upload().load(request.form))


@app.post("/empty")
def empty():
    if request.data:
        return jsonify(errors="no body is expected"), 422
    return "", 204


if __name__ == "__main__":
    app.run()
