from flask import Flask, jsonify

app = Flask(__name__)

BOOKS = [{"id": number, "title": f"Volume {number}"} for number in range(1, 732)]


@app.get("/")
def index():
    return '<a href="/books">books</a>'


@app.get("/books")
def books():
    return jsonify(items=BOOKS)


if __name__ == "__main__":
    app.run()
