from flask import Flask, jsonify

app = Flask(__name__)

BOOKS = [{"id": 1, "title": "Dunes"}, {"id": 2, "title": "Tides"}]
BOOK = {"type": "object", "properties": {"id": {"type": "integer"}, "title": {"type": "string"}}}
ANSWER = {"description": "books", "content": {"application/json": {"schema": {"type": "array", "items": BOOK}}}}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Books", "version": "1"},
    "paths": {"/books": {"get": {"responses": {"200": ANSWER}}}},
}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.get("/books")
def books():
    return jsonify(BOOKS)


if __name__ == "__main__":
    app.run()
