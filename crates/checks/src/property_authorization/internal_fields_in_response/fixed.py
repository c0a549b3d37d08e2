from flask import Flask, jsonify

app = Flask(__name__)

USERS = {
    "maria": {"id": 1, "username": "maria", "bio": "Plants", "is_admin": True, "failed_logins": 2},
    "jonas": {"id": 2, "username": "jonas", "bio": "Boats", "is_admin": False, "failed_logins": 0},
}
PUBLIC = ("id", "username", "bio")


def public(user):
    return {name: user[name] for name in PUBLIC}


@app.get("/")
def index():
    return '<a href="/authors">authors</a>'


@app.get("/authors")
def authors():
    return jsonify([public(user) for user in USERS.values()])


if __name__ == "__main__":
    app.run()
