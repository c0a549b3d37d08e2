from flask import Flask, abort, jsonify, request, url_for

app = Flask(__name__)

HOSTS = {"127.0.0.1", "shop.example.com"}


@app.before_request
def only_own_hosts():
    if request.host.split(":")[0] not in HOSTS:
        abort(400)


@app.get("/")
def index():
    return jsonify(next=url_for("index", page=2, _external=True))


if __name__ == "__main__":
    app.run(debug=False)
