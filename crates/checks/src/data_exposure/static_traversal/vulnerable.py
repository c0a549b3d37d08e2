import os

from flask import Flask, send_file

STATIC = os.path.dirname(os.path.abspath(__file__))
app = Flask(__name__, static_folder=None)


@app.get("/")
def index():
    return '<link rel="stylesheet" href="/static/page.md">'


@app.get("/static/<path:name>")
def static_file(name):
    return send_file(os.path.join(STATIC, name))


if __name__ == "__main__":
    app.run()
