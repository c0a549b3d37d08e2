"""The pages: shop front, newsletter links, and the back office behind a session that lives on the server."""

import uuid

from flask import Blueprint, abort, current_app, redirect, render_template, request, session, url_for
from marshmallow import ValidationError
from sqlalchemy import select

from api import book_query, get_or_404
from models import Book, Customer, Order, db
from schemas import BookSearch, Credentials
from security import check_login, login_limits, safe_next

backoffice = Blueprint("backoffice", __name__)
HOME = "/backoffice/orders"


def staff():
    """The member of staff whose session this is; the role is asked for anew on every request."""
    customer = db.session.get(Customer, uuid.UUID(session["customer_id"])) if "customer_id" in session else None
    return customer if customer and customer.is_staff else None


@backoffice.get("/")
def index():
    return render_template("index.html")


@backoffice.get("/search")
def search():
    wanted = BookSearch().load(request.args.to_dict())
    return render_template("search.html", wanted=wanted["q"], books=db.session.scalars(book_query(wanted["q"]).order_by(Book.title).limit(50)))


@backoffice.get("/newsletter/click")
def newsletter_click():
    return redirect(safe_next(request.args.get("to"), "/"))


@backoffice.get("/login")
def login_form():
    return render_template("login.html", message="", next=safe_next(request.args.get("next"), HOME))


@backoffice.post("/login")
@login_limits
def login():
    target = safe_next(request.form.get("next"), HOME)
    try:
        given = Credentials().load({name: request.form.get(name, "") for name in ("username", "password")})
    except ValidationError:
        abort(400)
    customer = check_login(given["username"], given["password"])
    if customer is None or not customer.is_staff:
        return render_template("login.html", message="Wrong user name or password.", next=target), 401
    session.clear()
    session["customer_id"] = str(customer.id)
    current_app.session_interface.regenerate(session)
    return redirect(target, 303)


@backoffice.post("/logout")
def logout():
    session.clear()
    return redirect(url_for("backoffice.login_form"), 303)


@backoffice.get(HOME)
def orders():
    if staff() is None:
        return redirect(url_for("backoffice.login_form", next=HOME))
    return render_template("orders.html", orders=db.session.scalars(select(Order).order_by(Order.id).limit(100)))


@backoffice.post(f"{HOME}/<uuid:order_id>/ship")
def ship(order_id):
    if staff() is None:
        abort(403)
    get_or_404(select(Order).where(Order.id == order_id)).status = "shipped"
    db.session.commit()
    return redirect(HOME, 303)
