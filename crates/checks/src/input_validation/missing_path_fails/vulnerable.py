from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return {"status": "ok"}


@app.errorhandler(Exception)
def failed(error):
    return {"error": "something went wrong"}, 500


if __name__ == "__main__":
    app.run()
