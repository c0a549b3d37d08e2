"""Tables of the bookshop. Ids are random, money is in pence, passwords are scrypt hashes."""

import uuid

from flask_sqlalchemy import SQLAlchemy
from werkzeug.security import generate_password_hash

from settings import secret

db = SQLAlchemy()


def identifier():
    return db.Column(db.Uuid, primary_key=True, default=uuid.uuid4)


class Customer(db.Model):
    id = identifier()
    username = db.Column(db.String(40), unique=True, nullable=False)
    password_hash = db.Column(db.String(200), nullable=False)
    email = db.Column(db.String(120))
    phone = db.Column(db.String(30))
    address = db.Column(db.String(200))
    is_staff = db.Column(db.Boolean, default=False, nullable=False)


class Book(db.Model):
    id = identifier()
    isbn = db.Column(db.String(13))
    title = db.Column(db.String(120), nullable=False)
    author = db.Column(db.String(80), nullable=False)
    price_pence = db.Column(db.Integer, nullable=False)
    stock = db.Column(db.Integer, default=0, nullable=False)
    retired = db.Column(db.Boolean, default=False, nullable=False)


class Review(db.Model):
    id = identifier()
    book_id = db.Column(db.Uuid, db.ForeignKey("book.id"), nullable=False)
    author = db.Column(db.String(40), nullable=False)
    stars = db.Column(db.Integer, nullable=False)
    text = db.Column(db.String(1000), nullable=False)


class Order(db.Model):
    id = identifier()
    customer_id = db.Column(db.Uuid, db.ForeignKey("customer.id"), nullable=False)
    book_id = db.Column(db.Uuid, db.ForeignKey("book.id"), nullable=False)
    quantity = db.Column(db.Integer, nullable=False)
    total_pence = db.Column(db.Integer, nullable=False)
    status = db.Column(db.String(20), default="open", nullable=False)
    ship_to = db.Column(db.String(200), nullable=False)


class PaymentEvent(db.Model):
    """The gateway's notices that were acted on: the primary key is what stops a repetition."""

    id = db.Column(db.String(64), primary_key=True)


SHELVES = {
    "Ines Calder": ["The Salt Road", "Low Water", "A Map of Small Islands", "The Tide Clerk", "Winter Ferry"],
    "Tomas Rehn": ["Bread at Four", "The Quiet Oven", "Rye", "Flour and Fire", "A Baker's Year"],
    "Mei Okafor": ["Rust and Clover", "The Orchard Ledger", "Nine Fences", "Hay Weather", "The Bee Census"],
    "Jonas Pell": ["Signal Box", "The 6.42 to Wexley", "Points and Crossings", "Branch Line", "Last Stop, Sea"],
    "Ada Brandt": ["Knots for Beginners", "Sails Mended Here", "The Rope Walk", "Dead Reckoning", "Ballast"],
}


def seed():
    """Fills an empty database. The passwords come from the environment: an account with a known one is an open door."""
    customers = [
        Customer(username=name, password_hash=generate_password_hash(secret(f"{name.upper()}_PASSWORD", 12)), is_staff=name == "mia",
                 email=f"{name}@mail.example", phone="+44 20 7946 0121", address="12 Mill Lane, Porthaven")
        for name in ("alice", "bob", "mia")
    ]
    books = [
        Book(isbn=f"97800000{shelf * 10 + place:05d}", title=title, author=author, price_pence=995 + 45 * place, stock=40)
        for shelf, (author, titles) in enumerate(SHELVES.items()) for place, title in enumerate(titles)
    ]
    db.session.add_all(customers + books)
    db.session.flush()
    for place, book in enumerate(books[:8]):
        customer = customers[place % 2]
        db.session.add(Review(book_id=book.id, author=customer.username, stars=4, text="Read it on the ferry, would read again."))
        db.session.add(Order(customer_id=customer.id, book_id=book.id, quantity=1, total_pence=book.price_pence, ship_to=customer.address))
    db.session.commit()
