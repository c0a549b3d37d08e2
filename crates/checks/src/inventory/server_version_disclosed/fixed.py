from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return {"status": "ok"}


@app.after_request
def anonymous(response):
    response.headers.pop("X-Powered-By", None)
    return response


if __name__ == "__main__":
    app.run()
