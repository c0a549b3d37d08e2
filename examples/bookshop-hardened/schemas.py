"""What may come in and what goes out: a field that is not named here does neither."""

from marshmallow import EXCLUDE, RAISE, Schema, fields
from marshmallow.validate import Length, OneOf, Range, Regexp

PRINTABLE = Regexp(r"[^\x00-\x1f\x7f\ud800-\udfff]*\Z", error="Contains characters that are not allowed.")
STATES = ("open", "paid", "shipped", "cancelled")


def text(longest, shortest=1, **options):
    return fields.Str(validate=[Length(min=shortest, max=longest), PRINTABLE], **options)


def number(lowest, highest, **options):
    return fields.Integer(strict=True, validate=Range(min=lowest, max=highest), **options)


class Input(Schema):
    class Meta:
        unknown = RAISE


class Credentials(Input):
    username = text(40, required=True)
    password = text(128, required=True)


class NewCustomer(Input):
    username = fields.Str(required=True, validate=Regexp(r"[a-z][a-z0-9_]{2,39}\Z"))
    password = text(128, shortest=12, required=True)
    email = fields.Email(validate=Length(max=120))
    phone = text(30)
    address = text(200)


class CustomerPatch(Input):
    email = fields.Email(validate=Length(max=120))
    phone = text(30)
    address = text(200)


class NewBook(Input):
    isbn = fields.Str(validate=Regexp(r"[0-9]{13}\Z"))
    title = text(120, required=True)
    author = text(80, required=True)
    price_pence = number(1, 100_000, required=True)
    stock = number(0, 10_000)


class NewReview(Input):
    stars = number(1, 5, required=True)
    text = text(1000, required=True)


class NewOrder(Input):
    book_id = fields.UUID(required=True)
    quantity = number(1, 20, load_default=1)
    ship_to = text(200, required=True)


class PaymentNotice(Input):
    event_id = text(64, shortest=8, required=True)
    order_id = fields.UUID(required=True)
    status = fields.Str(required=True, validate=OneOf(["paid"]))


class Message(Input):
    role = fields.Str(required=True, validate=OneOf(["user", "assistant"]))
    content = text(1000, required=True)


class ChatRequest(Input):
    messages = fields.List(fields.Nested(Message), required=True, validate=Length(min=1, max=10))


class Page(Schema):
    class Meta:
        unknown = EXCLUDE

    page = fields.Integer(load_default=1, validate=Range(min=1, max=10_000))
    per_page = fields.Integer(load_default=20, validate=Range(min=1, max=100))


class BookSearch(Page):
    q = text(100, shortest=0, load_default="")
    sort = fields.Str(load_default="title", validate=OneOf(["title", "author", "price_pence"]))


Book = Schema.from_dict({name: fields.Raw() for name in ("id", "isbn", "title", "author", "price_pence", "stock")})
Review = Schema.from_dict({name: fields.Raw() for name in ("id", "book_id", "author", "stars", "text")})
Customer = Schema.from_dict({name: fields.Raw() for name in ("id", "username", "email", "phone", "address")})
Order = Schema.from_dict({name: fields.Raw() for name in ("id", "book_id", "quantity", "total_pence", "status", "ship_to")})
Stock = Schema.from_dict({name: fields.Raw() for name in ("isbn", "stock")})
