from flask import Flask, jsonify, request

app = Flask(__name__)

BOOKS = [{"id": 1, "title": "Dunes"}, {"id": 2, "title": "Tides"}]
LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}}
OFFSET = {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}}
BOOK = {"type": "object", "properties": {"id": {"type": "integer"}, "title": {"type": "string"}}}
ANSWER = {"description": "books", "content": {"application/json": {"schema": {"type": "array", "items": BOOK}}}}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Books", "version": "1"},
    "paths": {"/books": {"get": {"parameters": [LIMIT, OFFSET], "responses": {"200": ANSWER}}}},
}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.get("/books")
def books():
    size = max(1, min(request.args.get("limit", 20, type=int), 100))
    offset = max(0, request.args.get("offset", 0, type=int))
    return jsonify(BOOKS[offset : offset + size])


if __name__ == "__main__":
    app.run()
