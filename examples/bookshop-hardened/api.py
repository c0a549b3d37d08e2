"""The JSON API. Every object is asked for together with its owner; every list has pages."""

from flask import Blueprint, Response, abort, current_app, g, jsonify, request
from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.security import generate_password_hash

import schemas
from covers import Refused, fetch_cover
from models import Book, Customer, Order, PaymentEvent, Review, db
from security import check_login, issue_token, limiter, login_limits, login_required, require_partner, require_signature

api = Blueprint("api", __name__, url_prefix="/api/v2")


def body(schema):
    return schema().load(request.get_json())


def page_of(query, schema, wanted):
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    rows = db.session.scalars(query.limit(wanted["per_page"]).offset((wanted["page"] - 1) * wanted["per_page"]))
    return jsonify(items=schema(many=True).dump(rows), page=wanted["page"], per_page=wanted["per_page"], total=total)


def wanted_page(schema=schemas.Page):
    return schema().load(request.args.to_dict())


def save(record, schema, status=201):
    db.session.add(record)
    db.session.commit()
    return jsonify(schema().dump(record)), status


def get_or_404(query):
    return db.session.scalar(query) or abort(404)


def book_query(search):
    match = or_(Book.title.icontains(search, autoescape=True), Book.author.icontains(search, autoescape=True))
    return select(Book).where(Book.retired.is_(False), match)


def live_book(book_id):
    return get_or_404(select(Book).where(Book.id == book_id, Book.retired.is_(False)))


def own_order(order_id):
    return get_or_404(select(Order).where(Order.id == order_id, Order.customer_id == g.customer.id))


@api.post("/login")
@login_limits
def login():
    given = body(schemas.Credentials)
    customer = check_login(given["username"], given["password"]) or abort(401)
    return jsonify(token=issue_token(customer), expires_in=900)


@api.post("/customers")
@limiter.limit("5/hour")
def register():
    given = body(schemas.NewCustomer)
    password_hash = generate_password_hash(given.pop("password"))
    try:
        return save(Customer(password_hash=password_hash, **given), schemas.Customer)
    except IntegrityError:
        db.session.rollback()
        abort(409)


@api.get("/me")
@login_required
def me():
    return jsonify(schemas.Customer().dump(g.customer))


@api.patch("/me")
@login_required
def update_me():
    given = body(schemas.CustomerPatch)
    for field in ("email", "phone", "address"):
        if field in given:
            setattr(g.customer, field, given[field])
    return save(g.customer, schemas.Customer, 200)


@api.get("/books")
def list_books():
    wanted = wanted_page(schemas.BookSearch)
    column = {"title": Book.title, "author": Book.author, "price_pence": Book.price_pence}[wanted["sort"]]
    return page_of(book_query(wanted["q"]).order_by(column, Book.id), schemas.Book, wanted)


@api.get("/books/<uuid:book_id>")
def get_book(book_id):
    return jsonify(schemas.Book().dump(live_book(book_id)))


@api.post("/books")
@login_required(staff=True)
def add_book():
    return save(Book(**body(schemas.NewBook)), schemas.Book)


@api.delete("/books/<uuid:book_id>")
@login_required(staff=True)
def delete_book(book_id):
    live_book(book_id).retired = True  # orders still point to it
    db.session.commit()
    return "", 204


@api.get("/books/<uuid:book_id>/reviews")
def list_reviews(book_id):
    live_book(book_id)
    return page_of(select(Review).where(Review.book_id == book_id).order_by(Review.id), schemas.Review, wanted_page())


@api.post("/books/<uuid:book_id>/reviews")
@login_required
def add_review(book_id):
    live_book(book_id)
    return save(Review(book_id=book_id, author=g.customer.username, **body(schemas.NewReview)), schemas.Review)


@api.get("/orders")
@login_required
def list_orders():
    return page_of(select(Order).where(Order.customer_id == g.customer.id).order_by(Order.id), schemas.Order, wanted_page())


@api.post("/orders")
@login_required
def place_order():
    given = body(schemas.NewOrder)
    book = live_book(given["book_id"])
    taken = db.session.execute(update(Book).where(Book.id == book.id, Book.stock >= given["quantity"]).values(stock=Book.stock - given["quantity"]))
    if taken.rowcount != 1:
        abort(409)
    return save(Order(customer_id=g.customer.id, total_pence=book.price_pence * given["quantity"], **given), schemas.Order)


@api.get("/orders/<uuid:order_id>")
@login_required
def get_order(order_id):
    return jsonify(schemas.Order().dump(own_order(order_id)))


@api.post("/orders/<uuid:order_id>/cancel")
@login_required
def cancel_order(order_id):
    order = own_order(order_id)
    if order.status != "open":
        abort(409)
    order.status = "cancelled"
    return save(order, schemas.Order, 200)


@api.get("/admin/customers")
@login_required(staff=True)
def list_customers():
    return page_of(select(Customer).order_by(Customer.username), schemas.Customer, wanted_page())


@api.get("/admin/orders")
@login_required(staff=True)
def list_all_orders():
    return page_of(select(Order).order_by(Order.id), schemas.Order, wanted_page())


@api.get("/partner/stock")
def partner_stock():
    require_partner()
    wanted = wanted_page()
    return page_of(select(Book).where(Book.retired.is_(False)).order_by(Book.isbn), schemas.Stock, wanted)


@api.get("/cover")
@login_required
@limiter.limit("20/minute")
def cover():
    try:
        picture, kind = fetch_cover(request.args.get("url", ""), current_app.config["COVER_HOSTS"])
    except Refused:
        abort(400)
    return Response(picture, content_type=kind)


@api.post("/webhooks/payments")
def payment_webhook():
    require_signature()
    given = body(schemas.PaymentNotice)
    order = get_or_404(select(Order).where(Order.id == given["order_id"]))
    db.session.add(PaymentEvent(id=given["event_id"]))
    if order.status == "open":
        order.status = given["status"]
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        abort(409)
    return jsonify(received=True)
