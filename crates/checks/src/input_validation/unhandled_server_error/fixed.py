import json
from pathlib import Path

from flask import Flask

app = Flask(__name__)
STORE = Path(app.instance_path, "news.json")


@app.get("/")
def index():
    return '<a href="/news">News</a>'


@app.get("/news")
def news():
    try:
        return {"news": json.loads(STORE.read_text())}
    except FileNotFoundError:
        return {"news": []}


if __name__ == "__main__":
    app.run()
