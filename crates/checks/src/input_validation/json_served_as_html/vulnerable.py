import json

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/api/search?q=tea">search</a>'


@app.get("/api/search")
def search():
    return json.dumps({"query": request.args.get("q", ""), "results": []})


if __name__ == "__main__":
    app.run(debug=False)
