import os

from flask import Flask, abort, jsonify, session

app = Flask(__name__)
app.secret_key = os.urandom(32)

DOCUMENTS = {11: {"id": 11, "owner": "maria", "title": "Lease"}, 12: {"id": 12, "owner": "jonas", "title": "Will"}}


@app.get("/")
def index():
    return '<a href="/documents/11">the last document</a>'


@app.get("/documents/<int:document_id>")
def document(document_id):
    found = DOCUMENTS.get(document_id) or abort(404)
    if session.get("user") != found["owner"]:
        abort(403)
    return jsonify(found)


if __name__ == "__main__":
    app.run()
