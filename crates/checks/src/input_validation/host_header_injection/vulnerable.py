from flask import Flask, jsonify, url_for

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(next=url_for("index", page=2, _external=True))


if __name__ == "__main__":
    app.run(debug=False)
