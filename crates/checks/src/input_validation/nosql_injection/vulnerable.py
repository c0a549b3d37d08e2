import json

from flask import Flask, jsonify, request

app = Flask(__name__)

NOTES = [{"owner": "ada", "text": "first"}, {"owner": "bob", "text": "second"}]
OPERATORS = {"$eq": lambda a, b: a == b, "$ne": lambda a, b: a != b, "$gt": lambda a, b: a > b}


def matches(note, field, wanted):
    if not isinstance(wanted, dict):
        return note[field] == wanted
    return all(OPERATORS[name](note[field], value) for name, value in wanted.items())


def find(query):
    """A document store in small: what MongoDB does with operators in a query."""
    return [n for n in NOTES if all(matches(n, field, wanted) for field, wanted in query.items())]


@app.get("/")
def index():
    return '<a href="/notes?owner=ada">notes</a>'


@app.get("/notes")
def notes():
    owner = request.args.get("owner", "")
    return jsonify(find({"owner": json.loads(owner) if owner.startswith("{") else owner}))


if __name__ == "__main__":
    app.run(debug=False)
