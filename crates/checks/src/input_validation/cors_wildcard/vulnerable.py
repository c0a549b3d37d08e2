from flask import Flask, jsonify, request

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(links=["/api/profile"])


@app.get("/api/profile")
def profile():
    return jsonify(name="Ada")


@app.after_request
def allow_everybody(response):
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


if __name__ == "__main__":
    app.run(debug=False)
