from flask import Flask, abort, jsonify, request

app = Flask(__name__)

HOSTS = {"127.0.0.1", "shop.example.com"}


@app.before_request
def only_own_hosts():
    if request.host.split(":")[0] not in HOSTS:
        abort(400)


@app.get("/")
def index():
    return jsonify(links=["/api/books"])


@app.get("/api/books")
def books():
    return jsonify(["Flatland"])


if __name__ == "__main__":
    app.run(debug=False)
