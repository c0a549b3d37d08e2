from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(links=["/api/books"])


@app.get("/api/books")
def books():
    return jsonify(["Flatland"])


if __name__ == "__main__":
    app.run(debug=False)
