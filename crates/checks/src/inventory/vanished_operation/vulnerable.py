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
            "/authors": {"get": answers("all authors")},
        },
    }


@app.get("/")
def index():
    return {"status": "ok"}


@app.get("/books")
def books():
    return {"books": ["Middlemarch"]}


if __name__ == "__main__":
    app.run()
