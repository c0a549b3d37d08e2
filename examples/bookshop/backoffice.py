"""The pages: shop front, newsletter links, and the back office behind a session cookie."""

from flask import Blueprint, redirect, render_template, request, session
from jinja2.sandbox import SandboxedEnvironment

from api import find_books
from models import Customer, Order, db, hash_password

backoffice = Blueprint("backoffice", __name__)


@backoffice.get("/")
def index():
    return render_template("index.html")


@backoffice.get("/search")
def search():
    wanted = request.args.get("q", "")
    rows = "".join(f"<li>{book['title']}, {book['author']}</li>" for book in find_books(wanted, "title"))
    return f"<!doctype html><title>Search</title><h1>Results for {wanted}</h1><ul>{rows}</ul>"


@backoffice.get("/newsletter/click")
def newsletter_click():
    """The newsletter's links come here first, to be counted."""
    return redirect(request.args.get("to", "/"))


@backoffice.get("/newsletter/preview")
def newsletter_preview():
    subject = request.args.get("subject", "News for {{ name }}")
    return SandboxedEnvironment(autoescape=True).from_string(f"<h1>{subject}</h1><p>Dear {{{{ name }}}}, new books are in.</p>").render(name="Alice")


@backoffice.route("/login", methods=["GET", "POST"])
def login():
    session["next"] = request.args.get("next", session.get("next", "/backoffice/orders"))
    message = ""
    if request.method == "POST":
        customer = Customer.query.filter_by(username=request.form["username"]).first()
        if customer and customer.is_admin and customer.password_hash == hash_password(request.form["password"]):
            session["user"] = {"id": customer.id, "username": customer.username, "email": customer.email, "is_admin": True}
            response = redirect(session.pop("next"))
            response.set_cookie("last_user", customer.username)
            return response
        message = "Wrong user name or password." if customer else "No such user."
    return render_template("login.html", message=message), 200


@backoffice.get("/logout")
def logout():
    session.clear()
    return redirect("/login")


@backoffice.get("/backoffice/orders")
def orders():
    if not session.get("user", {}).get("is_admin"):
        return redirect("/login?next=/backoffice/orders")
    return render_template("orders.html", orders=Order.query.all(), user=session["user"])


@backoffice.post("/backoffice/orders/<int:order_id>/ship")
def ship(order_id):
    if not session.get("user", {}).get("is_admin"):
        return redirect("/login?next=/backoffice/orders")
    db.get_or_404(Order, order_id).status = "shipped"
    db.session.commit()
    return redirect("/backoffice/orders")
