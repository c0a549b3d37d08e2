import tempfile
from pathlib import Path

from flask import Flask

static = Path(tempfile.mkdtemp())
(static / "shop.css").write_text("body { margin: 0 }")
app = Flask(__name__, static_folder=static, static_url_path="/static")


@app.get("/")
def index():
    return '<link rel="stylesheet" href="/static/shop.css">'


if __name__ == "__main__":
    app.run()
