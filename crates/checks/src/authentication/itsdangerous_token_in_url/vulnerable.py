import os
import secrets

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

app = Flask(__name__)
serializer = URLSafeTimedSerializer(os.environ.get("SECRET_KEY") or secrets.token_hex(32))


@app.get("/")
def index():
    token = serializer.dumps({"account": 7}, salt="confirm")
    return f'<a href="/confirm/{token}">confirm your address</a>'


if __name__ == "__main__":
    app.run()
