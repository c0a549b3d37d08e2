import sqlite3

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/books">books</a>'


@app.get("/books")
def books():
    with sqlite3.connect(":memory:") as database:
        return {"books": database.execute("SELECT title FROM books").fetchall()}


@app.errorhandler(sqlite3.Error)
def database_failed(error):
    app.logger.exception("database")
    return {"error": "temporarily unavailable"}, 503


if __name__ == "__main__":
    app.run()
