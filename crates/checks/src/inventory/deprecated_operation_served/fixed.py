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
            "/v1/books": {"get": {**answers("all books"), "deprecated": True}},
        },
    }


@app.get("/")
def index():
    return {"status": "ok"}


@app.get("/books")
def books():
    return {"books": ["Middlemarch"]}


@app.get("/v1/books")
def old_books():
    return {"error": "use /books"}, 410


if __name__ == "__main__":
    app.run()
