import tempfile
from pathlib import Path

from flask import Flask, send_from_directory

# Stands for a host that unpacks each project under /tmp, by the project's name.
root = Path(tempfile.mkdtemp(prefix="shop", dir="/tmp"))
(root / "static").mkdir()
(root / "static/shop.css").write_text("body { margin: 0 }")
app = Flask(__name__, root_path=str(root), static_folder=None)
STATIC = root / "static"
RELEASE = "1.4.2"


@app.get("/")
def index():
    return f'<title>{root.name}</title><link rel="stylesheet" href="/static/shop.css">'


@app.get("/static/<path:name>")
def static_file(name):
    return send_from_directory(STATIC, name, etag=RELEASE)


if __name__ == "__main__":
    app.run()
