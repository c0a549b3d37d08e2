import tempfile
from pathlib import Path

from flask import Flask

root = Path(tempfile.mkdtemp())
(root / "static").mkdir()
(root / "static" / "shop.css").write_text("body { margin: 0 }")
(root / "Dockerfile").write_text("FROM python:3.13-slim\nRUN pip install flask\nENV SECRET_KEY=${SECRET_KEY}\n")

app = Flask(__name__, static_folder=root, static_url_path="/files")


@app.get("/")
def index():
    return '<a href="/files/shop.css">style</a> <a href="/files/Dockerfile">Dockerfile</a>'


@app.get("/docs")
def docs():
    return "<pre>FROM python:3.13-slim\nRUN pip install flask\n</pre>"


if __name__ == "__main__":
    app.run()
