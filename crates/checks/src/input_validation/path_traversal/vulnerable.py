import os
import tempfile

from flask import Flask, abort, request, send_file

app = Flask(__name__)

DOCUMENTS = tempfile.mkdtemp()
with open(os.path.join(DOCUMENTS, "readme.txt"), "w") as readme:
    readme.write("read me")


@app.get("/")
def index():
    return '<a href="/download?file=readme.txt">read me</a> <a href="/docs/readme.txt">the same</a>'


@app.get("/download")
def download():
    path = os.path.join(DOCUMENTS, request.args.get("file", "readme.txt"))
    return send_file(path) if os.path.isfile(path) else abort(404)


@app.get("/docs/<path:name>")
def docs(name):
    path = os.path.join(DOCUMENTS, name)
    return send_file(path) if os.path.isfile(path) else abort(404)


if __name__ == "__main__":
    app.run(debug=False)
