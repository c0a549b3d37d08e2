import random
import sqlite3
import time

from flask import Flask, request

app = Flask(__name__)


def db():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE visits (page TEXT, campaign INTEGER)")
    return connection


@app.get("/")
def index():
    return '<a href="/seen?page=home&amp;campaign=3">seen</a> <a href="/feed?page=home">feed</a>'


@app.get("/seen")
def seen():
    page = request.args.get("page", "")
    try:
        with db() as connection:
            connection.execute("INSERT INTO visits VALUES (?, 0)", (page,))
    except sqlite3.Error:
        app.logger.exception("not counted")
    return "", 204


@app.get("/feed")
def feed():
    time.sleep(random.uniform(0, 0.5))  # as a loaded upstream takes
    return {"ok": True}


if __name__ == "__main__":
    app.run(debug=False)
