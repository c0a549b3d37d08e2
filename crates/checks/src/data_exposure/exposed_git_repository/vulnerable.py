import tempfile
from pathlib import Path

from flask import Flask

root = Path(tempfile.mkdtemp())
(root / "static").mkdir()
(root / "static" / "shop.css").write_text("body { margin: 0 }")
(root / ".git").mkdir()
(root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")

app = Flask(__name__, static_folder=root, static_url_path="")


@app.get("/")
def index():
    return "<h1>Shop</h1>"


@app.get("/docs/<path:name>")
def docs(name):
    return {"path": name}


if __name__ == "__main__":
    app.run()
