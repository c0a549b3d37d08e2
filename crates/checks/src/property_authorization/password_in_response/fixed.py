from flask import Flask, jsonify
from werkzeug.security import generate_password_hash

app = Flask(__name__)

USERS = [
    {"id": 1, "username": "maria", "password_hash": generate_password_hash("sunflower-92", "pbkdf2:sha256:1000")},
    {"id": 2, "username": "jonas", "password_hash": generate_password_hash("k1ngfisher", "pbkdf2:sha256:1000")},
]


def public(user):
    return {"id": user["id"], "username": user["username"]}


@app.get("/")
def index():
    return '<a href="/users">users</a>'


@app.get("/users")
def users():
    return jsonify(users=[public(user) for user in USERS])


if __name__ == "__main__":
    app.run()
