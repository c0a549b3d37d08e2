from flask import Flask, redirect, request

app = Flask(__name__)


@app.before_request
def https_only():
    if not request.is_secure:
        return redirect(request.url.replace("http://", "https://", 1), 308)


@app.get("/")
def index():
    if request.authorization is None:
        return {"error": "unauthorized"}, 401, {"WWW-Authenticate": 'Basic realm="shop"'}
    return {"products": ["lamp", "chair"]}


if __name__ == "__main__":
    app.run()
