import hmac
import os
import secrets

from flask import Flask, jsonify, request

app = Flask(__name__)

PASSWORD = os.environ.get("JOBS_PASSWORD") or secrets.token_urlsafe(24)
JOBS = [{"id": 1, "schedule": "15 2 * * *", "command": "pg_dump shop > /var/backups/shop.sql"}]


@app.before_request
def operators_only():
    given = request.authorization
    if not given or not hmac.compare_digest(given.password or "", PASSWORD):
        return "", 401, {"WWW-Authenticate": 'Basic realm="jobs"'}


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
