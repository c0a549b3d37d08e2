from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return {"status": "ok"}


@app.after_request
def harden(response):
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


if __name__ == "__main__":
    app.run()
