from flask import Flask, jsonify, request

app = Flask(__name__)

BOOKS = [{"id": number, "title": f"Volume {number}"} for number in range(1, 732)]


def page_of(items):
    size = max(1, min(request.args.get("limit", 50, type=int), 100))
    offset = max(0, request.args.get("offset", 0, type=int))
    return {"items": items[offset : offset + size], "next": f"?offset={offset + size}&limit={size}"}


@app.get("/")
def index():
    return '<a href="/books">books</a>'


@app.get("/books")
def books():
    return jsonify(page_of(BOOKS))


if __name__ == "__main__":
    app.run()
