import os
from functools import wraps

from flask import Flask, abort, jsonify, session

app = Flask(__name__)
app.secret_key = os.urandom(32)

USERS = [{"id": 1, "username": "maria", "role": "admin"}, {"id": 2, "username": "jonas", "role": "customer"}]


def admin_only(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        if session.get("role") != "admin":
            abort(404)
        return view(*args, **kwargs)

    return guarded


@app.get("/")
def index():
    return '<a href="/admin/users">users</a>'


@app.get("/admin/users")
@admin_only
def users():
    return jsonify(USERS)


if __name__ == "__main__":
    app.run()
