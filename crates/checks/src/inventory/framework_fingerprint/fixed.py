from flask import Flask
from werkzeug.exceptions import HTTPException

app = Flask(__name__)


@app.get("/")
def index():
    return {"status": "ok"}


@app.errorhandler(HTTPException)
def failed(error):
    return {"error": error.name.lower()}, error.code


if __name__ == "__main__":
    app.run()
