"""A small library: nested collections, UUIDs, slugs, and a few weaknesses, so that scans of it have something to compare."""

import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)

BOOKS = {
    "7c9e6679-7425-40de-944b-e07fc1f90ae7": {"title": "Emma", "author": "austen", "copies": [31, 32]},
    "16fd2706-8baf-433b-82eb-8c7fada847da": {"title": "Ulysses", "author": "joyce", "copies": [41]},
}
AUTHORS = {"austen": "Jane Austen", "joyce": "James Joyce"}


def store():
    database = sqlite3.connect(":memory:")
    database.execute("create table books (id text, title text)")
    database.executemany("insert into books values (?, ?)", [(id, book["title"]) for id, book in BOOKS.items()])
    return database


@app.get("/")
def index():
    return '<a href="/books">books</a> <a href="/authors">authors</a> <a href="/search?q=Emma">search</a>'


@app.get("/books")
def books():
    return jsonify(books=[{"uuid": id, "title": book["title"]} for id, book in BOOKS.items()])


@app.route("/books/<id>", methods=["GET", "DELETE"])
def book(id):
    return (jsonify(uuid=id, **BOOKS[id]), 200) if id in BOOKS else (jsonify(error="no such book"), 404)


@app.get("/books/<id>/copies")
def copies(id):
    return (jsonify([{"id": copy} for copy in BOOKS[id]["copies"]]), 200) if id in BOOKS else ("", 404)


@app.get("/books/<id>/copies/<int:copy>")
def copy(id, copy):
    return (jsonify(id=copy), 200) if id in BOOKS and copy in BOOKS[id]["copies"] else ("", 404)


@app.get("/authors")
def authors():
    return jsonify([{"slug": slug, "name": name} for slug, name in AUTHORS.items()])


@app.get("/authors/<author>")
def author(author):
    return (jsonify(name=AUTHORS[author]), 200) if author in AUTHORS else ("", 404)


@app.get("/search")
def search():
    wanted = request.args.get("q", "")
    rows = store().execute(f"select id, title from books where title = '{wanted}'").fetchall()
    return jsonify([{"id": row[0], "title": row[1]} for row in rows])


@app.get("/hello")
def hello():
    return f"<p>Hello, {request.args.get('name', 'you')}</p>"


def operation(*names):
    place = lambda name: "query" if name in ("q", "name") else "path"
    parameters = [{"name": n, "in": place(n), "required": True, "schema": {"type": "string"}} for n in names]
    return {"get": {"parameters": parameters, "responses": {"200": {"description": ""}}}}


@app.get("/openapi.json")
def document():
    return jsonify(
        openapi="3.0.3",
        info={"title": "Library", "version": "1"},
        paths={
            "/books": operation(),
            "/books/{book_id}": operation("book_id"),
            "/books/{book_id}/copies": operation("book_id"),
            "/books/{book_id}/copies/{copy}": operation("book_id", "copy"),
            "/authors": operation(),
            "/authors/{author}": operation("author"),
            "/search": operation("q"),
            "/hello": operation("name"),
        },
    )


if __name__ == "__main__":
    app.run()
