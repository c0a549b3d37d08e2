import uuid

from flask import Flask, jsonify

app = Flask(__name__)


def register(username):
    return {"id": str(uuid.uuid4()), "username": username}


USERS = [register(name) for name in ("maria", "jonas", "aiko", "omar")]


@app.get("/")
def index():
    return '<a href="/users">users</a>'


@app.get("/users")
def users():
    return jsonify(users=USERS)


if __name__ == "__main__":
    app.run()
