from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/search?q=flask">search</a>'


@app.get("/search")
def search():
    return {"results": [request.args["q"]]}


if __name__ == "__main__":
    app.run(debug=True)
