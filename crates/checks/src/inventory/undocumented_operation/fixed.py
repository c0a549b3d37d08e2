from flask import Flask

app = Flask(__name__)


def answers(text):
    return {"responses": {"200": {"description": text}}}


@app.get("/openapi.json")
def specification():
    return {
        "openapi": "3.0.3",
        "info": {"title": "Books", "version": "1"},
        "paths": {
            "/books": {"get": answers("all books")},
            "/stats": {"get": answers("how many visits")},
        },
    }


@app.get("/")
def index():
    return '<a href="/books">books</a> <a href="/stats">statistics</a>'


@app.get("/books")
def books():
    return {"books": ["Middlemarch"]}


@app.get("/stats")
def stats():
    return {"visits": 17}


if __name__ == "__main__":
    app.run()
