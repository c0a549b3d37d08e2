from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    if "X-API-Key" not in request.headers:
        return {"error": "missing X-API-Key header"}, 401
    return {"products": ["lamp", "chair"]}


if __name__ == "__main__":
    app.run()
