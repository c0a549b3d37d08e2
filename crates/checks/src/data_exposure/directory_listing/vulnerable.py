import os

from flask import Flask, send_from_directory

FILES = os.path.dirname(os.path.abspath(__file__))
app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/files/">files</a>'


@app.get("/files/")
def files():
    entries = "".join(f'<li><a href="{name}">{name}</a></li>' for name in os.listdir(FILES))
    return f"<title>Index of /files/</title><ul>{entries}</ul>"


@app.get("/files/<path:name>")
def download(name):
    return send_from_directory(FILES, name)


if __name__ == "__main__":
    app.run()
