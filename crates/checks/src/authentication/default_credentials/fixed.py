import hmac
import os
import secrets

from flask import Flask, request

app = Flask(__name__)
PASSWORD = os.environ.get("ADMIN_PASSWORD") or secrets.token_urlsafe(32)
UNAUTHORIZED = {"error": "unauthorized"}, 401, {"WWW-Authenticate": 'Basic realm="Login Required"'}


@app.get("/")
def orders():
    auth = request.authorization
    password = auth.password or "" if auth and auth.type == "basic" and auth.username == "admin" else ""
    if not hmac.compare_digest(password.encode(), PASSWORD.encode()):
        return UNAUTHORIZED
    return {"orders": [{"id": 1, "total": 12}]}


if __name__ == "__main__":
    app.run()
