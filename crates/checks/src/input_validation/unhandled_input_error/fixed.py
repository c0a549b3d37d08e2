from flask import Flask, request

app = Flask(__name__)

BOOKS = ["Flatland", "Erewhon", "Utopia"]


@app.get("/")
def index():
    return '<a href="/books?page=1">books</a>'


@app.get("/books")
def books():
    page = request.args.get("page", default=1, type=int)
    return {"books": BOOKS[(page - 1) * 2 :][:2]}


if __name__ == "__main__":
    app.run(debug=False)
