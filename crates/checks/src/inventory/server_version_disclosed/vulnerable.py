from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return {"status": "ok"}


@app.after_request
def proud(response):
    response.headers["X-Powered-By"] = "Flask/3.1.3"
    return response


if __name__ == "__main__":
    app.run()
