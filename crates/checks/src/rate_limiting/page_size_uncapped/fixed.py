from flask import Flask, jsonify, request

app = Flask(__name__)

BOOKS = [{"id": number, "title": f"Volume {number}"} for number in range(1, 732)]


def page_size():
    return max(1, min(request.args.get("limit", 20, type=int), 100))


@app.get("/")
def index():
    return '<a href="/books?limit=20">books</a>'


@app.get("/books")
def books():
    return jsonify(items=BOOKS[: page_size()], next="/books?offset=20")


if __name__ == "__main__":
    app.run()
