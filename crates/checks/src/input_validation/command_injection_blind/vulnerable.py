import subprocess

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/check?host=localhost">check</a>'


@app.get("/check")
def check():
    host = request.args.get("host", "localhost")
    done = subprocess.run(f"echo 'checking' '{host}'", shell=True, stdout=subprocess.DEVNULL, check=False)
    return {"reachable": done.returncode == 0}


if __name__ == "__main__":
    app.run(debug=False)
