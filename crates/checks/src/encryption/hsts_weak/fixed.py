from flask import Flask

app = Flask(__name__)


@app.after_request
def strict_transport_security(response):
    response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


@app.get("/")
def index():
    return {"products": ["lamp", "chair"]}


if __name__ == "__main__":
    app.run(ssl_context="adhoc")
