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


@app.after_request
def allow_everybody(response):
    origin = request.headers.get("Origin")
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
    return response


if __name__ == "__main__":
    app.run(debug=False)
