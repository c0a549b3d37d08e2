from flask import Flask, abort, jsonify, request
from graphql import build_schema, execute_sync, parse, validate

app = Flask(__name__)

SCHEMA = build_schema(
    """
    type Query { books: [Book] }
    type Book { title: String  author: Author }
    type Author { name: String  books: [Book] }
    """
)
AUTHOR = {"name": "M. Sol"}
BOOK = {"title": "Tides", "author": AUTHOR}
AUTHOR["books"] = [BOOK]


def answer(query):
    document = parse(query)
    errors = validate(SCHEMA, document)
    if errors:
        return {"errors": [error.formatted for error in errors]}
    return execute_sync(SCHEMA, document, {"books": [BOOK]}).formatted


@app.get("/")
def index():
    return '<a href="/graphql">GraphQL</a>'


@app.route("/graphql", methods=["GET", "POST"])
def graphql():
    if request.method == "GET":
        abort(400)
    data = request.get_json()
    return jsonify(answer(data["query"]))


if __name__ == "__main__":
    app.run()
