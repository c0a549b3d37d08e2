import subprocess

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/lookup?host=localhost">look up</a>'


@app.get("/lookup")
def lookup():
    host = request.args.get("host", "localhost")
    done = subprocess.run(f"echo 'looking up' '{host}'", shell=True, capture_output=True, text=True, check=False)
    return {"output": done.stdout}


if __name__ == "__main__":
    app.run(debug=False)
