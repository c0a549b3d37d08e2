from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    if not request.headers.get("X-API-Key"):
        return {"error": "send your key in the X-API-Key header"}, 401, {"WWW-Authenticate": "ApiKey"}
    return {"error": "invalid API key"}, 401, {"WWW-Authenticate": "ApiKey"}


if __name__ == "__main__":
    app.run()
