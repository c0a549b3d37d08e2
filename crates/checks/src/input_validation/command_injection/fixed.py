import re
import subprocess

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/lookup?host=localhost">look up</a>'


@app.get("/lookup")
def lookup():
    host = request.args.get("host", "localhost")
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,253}", host) or host.startswith("-"):
        return {"error": "not a host name"}, 400
    done = subprocess.run(["echo", "looking up", host], capture_output=True, text=True, check=False)
    return {"output": done.stdout}


if __name__ == "__main__":
    app.run(debug=False)
