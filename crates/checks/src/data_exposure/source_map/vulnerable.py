import tempfile
from pathlib import Path

from flask import Flask, send_from_directory

STATIC = Path(tempfile.mkdtemp())
(STATIC / "app.js").write_text("a()\n//# sourceMappingURL=app.js.map\n")
(STATIC / "app.js.map").write_text('{"version": 3, "sources": ["a.ts"], "sourcesContent": ["a()"], "mappings": "A"}')
app = Flask(__name__, static_folder=None)


@app.get("/")
def index():
    return '<script src="/static/app.js"></script>'


@app.get("/static/<path:name>")
def static_file(name):
    return send_from_directory(STATIC, name)


if __name__ == "__main__":
    app.run()
