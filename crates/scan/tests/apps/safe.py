"""A small API done right: JSON only, validated input, parameterised queries, one owner for each note, no surprises."""

import hashlib
import hmac
import sqlite3

from flask import Flask, abort, g, jsonify, request
from werkzeug.exceptions import HTTPException

app = Flask(__name__, static_folder=None)
app.config.update(SECRET_KEY="4b0f6e1c9a2d4e8f8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e", MAX_CONTENT_LENGTH=64 * 1024)
app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]

TOKENS = {
    hashlib.sha256(b"r8Zq2vX5mK7tB1nW4jY9").hexdigest(): "ada",
    hashlib.sha256(b"h3Lc6pD0sG8fU2eR5aTk").hexdigest(): "bob",
}


def store():
    database = sqlite3.connect(":memory:")
    database.execute("create table notes (id integer primary key, owner text, title text)")
    database.executemany(
        "insert into notes (owner, title) values (?, ?)",
        [("ada", "Bread and milk"), ("ada", "Call the bank"), ("bob", "Water the plants")],
    )
    return database


@app.before_request
def authenticate():
    g.user = None
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    digest = hashlib.sha256(token.encode()).hexdigest()
    for known, user in TOKENS.items():
        if scheme == "Bearer" and hmac.compare_digest(known, digest):
            g.user = user
    if request.endpoint not in (None, "health") and g.user is None:
        abort(401)


@app.after_request
def harden(response):
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "no-referrer"
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


@app.errorhandler(HTTPException)
def problem(error):
    return jsonify(error=error.name), error.code


@app.errorhandler(Exception)
def failure(_error):
    return jsonify(error="Internal Server Error"), 500


def whole_number(name, default, most):
    value = request.args.get(name, str(default))
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= most:
        abort(400)
    return int(value)


@app.get("/")
def health():
    return jsonify(status="ok")


@app.get("/users")
@app.get("/notes")
def notes():
    limit = whole_number("limit", 20, 100)
    wanted = request.args.get("q", "")
    rows = store().execute(
        "select id, title from notes where owner = ? and instr(title, ?) > 0 order by id limit ?", (g.user, wanted, limit)
    )
    return jsonify([{"id": row[0], "name": row[1]} for row in rows])


@app.get("/users/<int:number>")
@app.get("/notes/<int:number>")
def note(number):
    if number >= 2**63:
        abort(404)
    row = store().execute("select id, title from notes where id = ? and owner = ?", (number, g.user)).fetchone()
    if row is None:
        abort(404)
    return jsonify(id=row[0], name=row[1])


@app.post("/users")
@app.post("/notes")
def add():
    body = request.get_json()
    name = body.get("name") if isinstance(body, dict) else None
    if not isinstance(name, str) or not 1 <= len(name) <= 200 or set(body) - {"name"}:
        abort(400)
    return jsonify(id=4, name=name), 201


@app.get("/me")
def me():
    return jsonify(id=1, name=g.user)


if __name__ == "__main__":
    app.run()
