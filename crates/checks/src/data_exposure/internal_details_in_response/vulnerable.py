import os
import platform

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/health">health</a>'


@app.get("/health")
def health():
    return {"status": "ok", "hostname": platform.node(), "cwd": os.getcwd(), "pid": os.getpid()}


if __name__ == "__main__":
    app.run()
