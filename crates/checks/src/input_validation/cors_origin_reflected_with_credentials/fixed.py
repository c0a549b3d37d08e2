import os

from flask import Flask, jsonify, request, session

app = Flask(__name__)
app.secret_key = os.urandom(32)


@app.get("/")
def index():
    return jsonify(links=["/api/profile"])


@app.get("/api/profile")
def profile():
    if "name" not in session:
        return jsonify(error="sign in first"), 403
    return jsonify(name=session["name"])


ALLOWED = {"https://app.example.com"}


@app.after_request
def allow_known_origins(response):
    origin = request.headers.get("Origin")
    if origin in ALLOWED:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
    response.headers.add("Vary", "Origin")
    return response


if __name__ == "__main__":
    app.run(debug=False)
