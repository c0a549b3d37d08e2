import os

from flask import Flask, request, session

app = Flask(__name__)
app.config["SECRET_KEY"] = os.urandom(32)


def execute(query):
    """Stands for a schema: answers the one query that every schema answers."""
    if not query:
        return {"errors": [{"message": "Must provide query string."}]}, 400
    if query.replace(" ", "") == "{__typename}":
        return {"data": {"__typename": "Query"}}
    return {"errors": [{"message": "Cannot query this field."}]}, 400


@app.get("/")
def index():
    session["user"] = "ada"
    return {"links": ["/graphql"]}


@app.get("/graphql")
def needs_post():
    return {"errors": [{"message": "Use POST."}]}, 405


@app.post("/graphql")
def graphql():
    sent = request.get_json() if request.is_json else request.form
    return execute(sent.get("query"))


if __name__ == "__main__":
    app.run(debug=False)
