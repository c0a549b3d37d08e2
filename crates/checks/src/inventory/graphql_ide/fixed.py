from flask import Flask, request
from graphql import build_schema, execute, parse, validate

app = Flask(__name__)
schema = build_schema("type Query { users: [String!]! book(id: Int!): String }")


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
    result = execute(schema, document, {"users": ["ada"]})
    return result.formatted


if __name__ == "__main__":
    app.run()
