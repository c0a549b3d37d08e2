from hmac import compare_digest

from flask import Flask, request

app = Flask(__name__)
API_KEY = b"9f2b7c41d8e04a6f93b5c2d7"


@app.get("/")
def index():
    return '<a href="/rates">rates</a>'


@app.get("/rates")
def rates():
    if not compare_digest(request.headers.get("X-API-Key", "").encode(), API_KEY):
        return {"error": "invalid API key"}, 401
    return {"eur": 1.08}


if __name__ == "__main__":
    app.run()
