from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/report?days=7">report</a>'


@app.get("/report")
def report():
    return {"days": int(request.args["days"])}


@app.errorhandler(Exception)
def failed(error):
    return {"error": str(error)}, 500


if __name__ == "__main__":
    app.run()
