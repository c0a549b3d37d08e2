import os
import secrets

from flask import Flask, jsonify
from flask_jwt_extended import JWTManager, create_access_token, set_access_cookies

app = Flask(__name__)
app.config["JWT_SECRET_KEY"] = os.environ.get("JWT_SECRET_KEY") or secrets.token_hex(32)
app.config["JWT_TOKEN_LOCATION"] = ["cookies"]
app.config["JWT_COOKIE_CSRF_PROTECT"] = False
JWTManager(app)


@app.get("/")
def guest():
    response = jsonify(status="ok")
    set_access_cookies(response, create_access_token("guest"))
    return response


if __name__ == "__main__":
    app.run()
