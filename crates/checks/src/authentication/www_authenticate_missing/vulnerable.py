from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    if request.authorization is None:
        return {"error": "unauthorized"}, 401
    return {"products": ["lamp", "chair"]}


if __name__ == "__main__":
    app.run()
