import os

from flask import Flask, send_from_directory

FILES = os.path.dirname(os.path.abspath(__file__))
app = Flask(__name__)


@app.get("/")
def index():
    return '<title>Index of our shop</title><a href="/files/page.md">the terms</a>'


@app.get("/files/<path:name>")
def download(name):
    return send_from_directory(FILES, name)


if __name__ == "__main__":
    app.run()
