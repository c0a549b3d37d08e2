from pathlib import Path

from flask import Flask

# Stands for a host that unpacks each project under /tmp, by the project's name. A random name would now and then have the checksum of
# another usual path; where somebody else has made the folder it is used as it is.
root = Path("/tmp/shopfront")
style = root / "static/shop.css"
if not style.exists():
    style.parent.mkdir(parents=True, exist_ok=True)
    style.write_text("body { margin: 0 }")
app = Flask(__name__, root_path=str(root))


@app.get("/")
def index():
    return f'<title>{root.name}</title><link rel="stylesheet" href="/static/shop.css">'


if __name__ == "__main__":
    app.run()
