from flask import Flask, request

app = Flask(__name__)
UNAUTHORIZED = {"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}


@app.get("/")
def account():
    scheme, _, _ = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer":
        return UNAUTHORIZED
    return {"balance": 12}


if __name__ == "__main__":
    app.run()
