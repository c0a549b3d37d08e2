from hmac import compare_digest

from flask import Flask, request

app = Flask(__name__)
DOCUMENT = {"openapi": "3.0.3", "info": {"title": "Books", "version": "1"}, "paths": {}}
KEY = b"9f2b7c41d8e04a6f93b5c2d7"


@app.get("/")
def index():
    return {"status": "ok"}


@app.get("/openapi.json")
def specification():
    if not compare_digest(request.headers.get("X-API-Key", "").encode(), KEY):
        return {"error": "credentials needed"}, 401
    return DOCUMENT


if __name__ == "__main__":
    app.run()
