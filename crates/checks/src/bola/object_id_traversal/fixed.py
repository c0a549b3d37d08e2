import posixpath

from flask import Flask, abort, jsonify, request

app = Flask(__name__)

STORE = {"notes/1": {"id": 1, "text": "milk"}, "private/1": {"id": 1, "plan": "merger in May"}}


def read(key):
    return STORE.get(posixpath.normpath(key)) or abort(404)


@app.before_request
def guard():
    if request.path.startswith("/private"):
        abort(401)


@app.get("/")
def index():
    return '<a href="/notes/1">note</a> <a href="/private/1">private</a>'


@app.get("/notes/<int:note_id>")
def note(note_id):
    return jsonify(read(f"notes/{note_id}"))


@app.get("/private/<int:note_id>")
def private(note_id):
    return jsonify(read(f"private/{note_id}"))


if __name__ == "__main__":
    app.run()
