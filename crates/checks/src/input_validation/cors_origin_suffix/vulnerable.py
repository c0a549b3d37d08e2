import re

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(links=["/api/profile"])


@app.get("/api/profile")
def profile():
    return jsonify(name="Ada")



@app.after_request
def allow_own_pages(response):
    origin = request.headers.get("Origin", "")
    if re.match(r"https?://(127.0.0.1|localhost)", origin):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
    return response


if __name__ == "__main__":
    app.run(debug=False)
