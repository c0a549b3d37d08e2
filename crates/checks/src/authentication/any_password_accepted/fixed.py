from flask import Flask, request
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
USERS = {"ada": generate_password_hash("correct horse battery")}
UNAUTHORIZED = {"error": "unauthorized"}, 401, {"WWW-Authenticate": 'Basic realm="shop"'}


@app.get("/")
def account():
    auth = request.authorization
    if auth is None or auth.type != "basic" or not check_password_hash(USERS.get(auth.username, ""), auth.password):
        return UNAUTHORIZED
    return {"balance": 12}


if __name__ == "__main__":
    app.run()
