import os

from flask import Flask, abort, jsonify, session

app = Flask(__name__)
app.secret_key = os.urandom(32)


def role():
    return session.get("role", "guest")


@app.get("/")
def index():
    return '<a href="/reports">reports</a>'


@app.get("/reports")
def reports():
    if role() != "admin":
        abort(403)
    return jsonify([{"month": "May", "revenue": 81200}])


if __name__ == "__main__":
    app.run()
