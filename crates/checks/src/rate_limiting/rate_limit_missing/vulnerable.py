from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/search">search</a>'


@app.get("/search")
def search():
    return jsonify(results=[])


if __name__ == "__main__":
    app.run()
