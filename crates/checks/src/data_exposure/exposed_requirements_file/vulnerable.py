import tempfile
from pathlib import Path

from flask import Flask

root = Path(tempfile.mkdtemp())
(root / "static").mkdir()
(root / "static" / "shop.css").write_text("body { margin: 0 }")
(root / "requirements.txt").write_text("Flask==3.1.2\nrequests==2.32.5\n")

app = Flask(__name__, static_folder=root, static_url_path="/")


@app.get("/")
def index():
    return "<h1>Shop</h1>"


if __name__ == "__main__":
    app.run()
