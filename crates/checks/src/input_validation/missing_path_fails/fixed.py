from flask import Flask
from werkzeug.exceptions import HTTPException

app = Flask(__name__)


@app.get("/")
def index():
    return {"status": "ok"}


@app.errorhandler(Exception)
def failed(error):
    if isinstance(error, HTTPException):
        return error
    app.logger.exception("unexpected")
    return {"error": "something went wrong"}, 500


if __name__ == "__main__":
    app.run()
