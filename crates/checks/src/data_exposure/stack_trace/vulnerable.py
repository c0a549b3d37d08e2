import traceback

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/report?days=7">report</a>'


@app.get("/report")
def report():
    return {"total": 100 // int(request.args.get("days", "none"))}


@app.errorhandler(Exception)
def failed(error):
    return {"error": "internal error", "detail": traceback.format_exc()}, 500


if __name__ == "__main__":
    app.run()
