import os

from flask import Flask, abort, jsonify, request, session

app = Flask(__name__)
app.secret_key = os.urandom(32)


@app.before_request
def guard():
    if request.path.startswith("/reports") and session.get("user") is None:
        abort(401)


@app.get("/")
def index():
    return '<a href="/reports">reports</a>'


@app.get("/reports")
def reports():
    return jsonify([{"month": "May", "revenue": 81200}, {"month": "June", "revenue": 90400}])


if __name__ == "__main__":
    app.run()
