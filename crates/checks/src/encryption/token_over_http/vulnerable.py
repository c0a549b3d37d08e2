from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        return {"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}
    return {"products": ["lamp", "chair"]}


if __name__ == "__main__":
    app.run()
