import re
import subprocess

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/check?host=localhost">check</a>'


@app.get("/check")
def check():
    host = request.args.get("host", "localhost")
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", host) or host.startswith("-"):
        return {"error": "not a host name"}, 400
    done = subprocess.run(["echo", "checking", host], stdout=subprocess.DEVNULL, check=False)
    return {"reachable": done.returncode == 0}


if __name__ == "__main__":
    app.run(debug=False)
