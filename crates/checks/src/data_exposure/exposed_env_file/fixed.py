import tempfile
from pathlib import Path

from flask import Flask

root = Path(tempfile.mkdtemp())
(root / "static").mkdir()
(root / "static" / "shop.css").write_text("body { margin: 0 }")
(root / ".env").write_text("SECRET_KEY=correct-horse-battery\nDATABASE_URL=postgresql://shop:s3cr3t-pw@db/shop\n")

app = Flask(__name__, static_folder=root / "static", static_url_path="/static")


@app.get("/")
def index():
    return "<h1>Shop</h1>"


@app.get("/docs/<path:name>")
def docs(name):
    return {"path": name}


if __name__ == "__main__":
    app.run()
