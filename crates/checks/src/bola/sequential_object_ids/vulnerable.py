from itertools import count

from flask import Flask, jsonify

app = Flask(__name__)
numbers = count(1)


def register(username):
    return {"id": next(numbers), "username": username}


USERS = [register(name) for name in ("maria", "jonas", "aiko", "omar")]


@app.get("/")
def index():
    return '<a href="/users">users</a>'


@app.get("/users")
def users():
    return jsonify(users=USERS)


if __name__ == "__main__":
    app.run()
