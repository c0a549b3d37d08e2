import sqlite3

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


def db():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE items (id INTEGER, name TEXT)")
    connection.executemany("INSERT INTO items VALUES (?, ?)", [(1, "pen"), (2, "ink"), (3, "nib")])
    return connection


@app.get("/")
def index():
    return '<a href="/items/1">pen</a> <a href="/search?q=ink">ink</a> <a href="/list?sort=name">all</a>'


@app.get("/items/<item>")
def show(item):
    try:
        row = db().execute(f"SELECT id, name FROM items WHERE id = {item}").fetchone()
    except sqlite3.Error:
        row = None
    return jsonify(row) if row else abort(404)


@app.get("/search")
def search():
    q = request.args.get("q", "")
    rows = db().execute(f"SELECT id, name FROM items WHERE name LIKE '%{q}%'").fetchall()
    return jsonify(rows)


@app.get("/list")
def listing():
    sort = request.args.get("sort", "id")
    return jsonify(db().execute(f"SELECT id, name FROM items ORDER BY {sort}").fetchall())


if __name__ == "__main__":
    app.run(debug=False)
