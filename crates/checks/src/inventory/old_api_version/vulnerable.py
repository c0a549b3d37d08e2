from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/api/v2/books">books</a>'


@app.get("/api/v2/books")
def books():
    return {"books": [{"title": "Middlemarch"}]}


@app.get("/api/v1/books")
def old_books():
    return {"books": [{"title": "Middlemarch", "supplier": "B. Ulk"}]}


if __name__ == "__main__":
    app.run()
