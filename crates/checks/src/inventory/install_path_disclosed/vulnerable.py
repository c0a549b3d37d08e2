from pathlib import Path

from flask import Flask

# Stands for a host that unpacks each project under /tmp, by the project's name.
root = Path("/tmp/shopfront")
(root / "static").mkdir(parents=True, exist_ok=True)
(root / "static/shop.css").write_text("body { margin: 0 }")
app = Flask(__name__, root_path=str(root))


@app.get("/")
def index():
    return f'<title>{root.name}</title><link rel="stylesheet" href="/static/shop.css">'


if __name__ == "__main__":
    app.run()
