"""Tables of the bookshop and the data every start begins with."""

import hashlib

from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


def hash_password(password):
    return hashlib.md5(password.encode()).hexdigest()


class Record:
    def to_dict(self):
        return {column.name: getattr(self, column.name) for column in self.__table__.columns}


class Customer(db.Model, Record):
    id = db.Column(db.Integer, primary_key=True)
    username = db.Column(db.String(40), unique=True)
    password_hash = db.Column(db.String(64))
    email = db.Column(db.String(120))
    phone = db.Column(db.String(30))
    address = db.Column(db.String(200))
    card_number = db.Column(db.String(20))
    is_admin = db.Column(db.Boolean, default=False)
    store_credit = db.Column(db.Float, default=0)
    reset_token = db.Column(db.String(40))
    internal_note = db.Column(db.String(200))


class Book(db.Model, Record):
    id = db.Column(db.Integer, primary_key=True)
    isbn = db.Column(db.String(13))
    title = db.Column(db.String(120))
    author = db.Column(db.String(80))
    price = db.Column(db.Float)
    purchase_price = db.Column(db.Float)
    stock = db.Column(db.Integer)


class Review(db.Model, Record):
    id = db.Column(db.Integer, primary_key=True)
    book_id = db.Column(db.Integer, db.ForeignKey("book.id"))
    author = db.Column(db.String(40))
    stars = db.Column(db.Integer)
    text = db.Column(db.Text)


class Order(db.Model, Record):
    id = db.Column(db.Integer, primary_key=True)
    customer_id = db.Column(db.Integer, db.ForeignKey("customer.id"))
    book_id = db.Column(db.Integer, db.ForeignKey("book.id"))
    quantity = db.Column(db.Integer)
    total = db.Column(db.Float)
    status = db.Column(db.String(20), default="open")
    ship_to = db.Column(db.String(200))


PEOPLE = [
    ("admin", "admin", "office@harbour-books.example", "+44 20 7946 0100", "1 Quay Street, Porthaven", None, True, 0, "shop account"),
    ("alice", "wonderland", "alice.hart@mail.example", "+44 20 7946 0121", "12 Mill Lane, Porthaven", "4111111111111111", False, 15, "pays late"),
    ("bob", "builder", "bob.lindqvist@mail.example", "+44 20 7946 0144", "3 Harbour Row, Porthaven", "5555555555554444", False, 0, "refund dispute 2023"),
    ("chloe", "password1", "chloe.mbeki@mail.example", "+44 20 7946 0167", "88 Station Road, Wexley", "378282246310005", False, 4.5, ""),
]
SHELVES = {
    "Ines Calder": ["The Salt Road", "Low Water", "A Map of Small Islands", "The Tide Clerk", "Winter Ferry"],
    "Tomas Rehn": ["Bread at Four", "The Quiet Oven", "Rye", "Flour and Fire", "A Baker's Year"],
    "Mei Okafor": ["Rust and Clover", "The Orchard Ledger", "Nine Fences", "Hay Weather", "The Bee Census"],
    "Jonas Pell": ["Signal Box", "The 6.42 to Wexley", "Points and Crossings", "Branch Line", "Last Stop, Sea"],
    "Ada Brandt": ["Knots for Beginners", "Sails Mended Here", "The Rope Walk", "Dead Reckoning", "Ballast"],
    "Luca Ferro": ["Glass Mountain", "Cold Ink", "The Third Paper Mill", "Marginalia", "Errata"],
}


def seed():
    """Fills an empty database; the same rows with the same ids every time."""
    for username, password, email, phone, address, card, is_admin, credit, note in PEOPLE:
        db.session.add(Customer(
            username=username, password_hash=hash_password(password), email=email, phone=phone, address=address,
            card_number=card, is_admin=is_admin, store_credit=credit, internal_note=note,
            reset_token=hashlib.md5(f"reset-{username}".encode()).hexdigest()[:16],
        ))
    number = 0
    for author, titles in SHELVES.items():
        for title in titles:
            number += 1
            price = round(7.5 + number * 0.45, 2)
            db.session.add(Book(
                isbn=f"97800000{number:05d}", title=title, author=author, price=price,
                purchase_price=round(price * 0.62, 2), stock=number * 7 % 23,
            ))
    for book_id in (1, 2, 6, 11):
        db.session.add(Review(book_id=book_id, author="alice", stars=4, text="Read it on the ferry, would read again."))
        db.session.add(Review(book_id=book_id, author="chloe", stars=3, text="Good, a little long in the middle."))
    for order_id in range(1001, 1013):
        customer_id = 2 + order_id % 3
        db.session.add(Order(
            id=order_id, customer_id=customer_id, book_id=order_id % 30 + 1, quantity=order_id % 3 + 1,
            total=round(9.95 * (order_id % 3 + 1), 2), status="paid" if order_id % 2 else "open",
            ship_to=PEOPLE[customer_id - 1][4],
        ))
    db.session.commit()
