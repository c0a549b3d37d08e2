from flask import Flask, request
from graphql import build_schema, execute, parse, validate

app = Flask(__name__)
USERS = [{"id": 1, "name": "maria", "email": "maria.keller@shop.example"}]
BOOKS = [{"title": "Dune", "price": 9}]
schema = build_schema("""
type User { id: Int! name: String! email: String! }
type Book { title: String! price: Int! }
type Query { users: [User!] books(first: Int): [Book!]! }
""")


def users(info):
    return USERS


@app.get("/")
def index():
    return '<a href="/graphql">API</a>'


@app.get("/graphql")
def help_page():
    return {"usage": "POST a query"}


@app.post("/graphql")
def graphql():
    document = parse(request.get_json()["query"])
    faults = validate(schema, document)
    if faults:
        return {"errors": [{"message": fault.message} for fault in faults]}, 400
    root = {"users": users, "books": lambda info, first=10: BOOKS[:first]}
    return execute(schema, document, root).formatted


if __name__ == "__main__":
    app.run()
