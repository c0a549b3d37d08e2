"""Notes without any description: what there is has to be found."""

from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/notes">notes</a>'


@app.route("/notes", methods=["GET", "POST"])
def notes():
    return jsonify([{"id": 1, "text": "tea"}])


if __name__ == "__main__":
    app.run()
