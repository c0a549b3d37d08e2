import uuid

from flask import Flask, request
from werkzeug.exceptions import HTTPException

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/report?days=7">report</a>'


@app.get("/report")
def report():
    return {"total": 100 // int(request.args.get("days", "none"))}


@app.errorhandler(Exception)
def failed(error):
    if isinstance(error, HTTPException):
        return error
    reference = uuid.uuid4().hex
    app.logger.exception("error %s", reference)
    return {"error": "internal error", "reference": reference}, 500


if __name__ == "__main__":
    app.run()
