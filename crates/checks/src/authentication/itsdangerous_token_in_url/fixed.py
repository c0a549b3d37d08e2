import os
import secrets

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

app = Flask(__name__)
serializer = URLSafeTimedSerializer(os.environ.get("SECRET_KEY") or secrets.token_hex(32))


@app.get("/")
def index():
    token = serializer.dumps({"account": 7}, salt="confirm")
    return f'<form method="post" action="/confirm"><input type="hidden" name="token" value="{token}"></form>'


if __name__ == "__main__":
    app.run()
