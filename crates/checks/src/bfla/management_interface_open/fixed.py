import hmac
import os
import secrets

from flask import Flask, jsonify, request

app = Flask(__name__)

KEY = os.environ.get("JOBS_KEY") or secrets.token_urlsafe(24)
JOBS = [{"id": 1, "schedule": "15 2 * * *", "command": "pg_dump shop > /var/backups/shop.sql"}]


@app.before_request
def operators_only():
    given = request.headers.get("X-Jobs-Key", "")
    if request.endpoint != "index" and not hmac.compare_digest(given.encode(), KEY.encode()):
        return jsonify(error="X-Jobs-Key is missing or wrong"), 401


@app.get("/")
def index():
    return '<h1>Nightly jobs</h1><a href="/jobs">All jobs</a>'


@app.get("/jobs")
def jobs():
    return jsonify(JOBS)


@app.post("/jobs")
def add():
    JOBS.append({"id": len(JOBS) + 1, **request.get_json()})
    return jsonify(JOBS[-1]), 201


if __name__ == "__main__":
    app.run()
