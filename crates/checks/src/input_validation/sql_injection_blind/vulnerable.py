import sqlite3

from flask import Flask, request

app = Flask(__name__)


def db():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE visits (page TEXT, campaign INTEGER)")
    return connection


@app.get("/")
def index():
    return '<a href="/seen?page=home&amp;campaign=3">seen</a>'


@app.get("/seen")
def seen():
    page = request.args.get("page", "")
    try:
        with db() as connection:
            connection.execute(f"INSERT INTO visits VALUES ('{page}', 0)")
    except sqlite3.Error:
        app.logger.exception("not counted")
    return "", 204


if __name__ == "__main__":
    app.run(debug=False)
