import os
import tempfile

from flask import Flask, request, send_from_directory

app = Flask(__name__)

DOCUMENTS = tempfile.mkdtemp()
with open(os.path.join(DOCUMENTS, "readme.txt"), "w") as readme:
    readme.write("read me")


@app.get("/")
def index():
    return '<a href="/download?file=readme.txt">read me</a> <a href="/docs/readme.txt">the same</a>'


@app.get("/download")
def download():
    return send_from_directory(DOCUMENTS, request.args.get("file", "readme.txt"))


@app.get("/docs/<path:name>")
def docs(name):
    return send_from_directory(DOCUMENTS, name)


if __name__ == "__main__":
    app.run(debug=False)
