import os
import secrets
from datetime import datetime, timedelta, timezone

import jwt
from flask import Flask

app = Flask(__name__)
KEY = os.environ.get("JWT_SECRET") or secrets.token_hex(32)


@app.get("/")
def guest_token():
    now = datetime.now(timezone.utc)
    claims = {"sub": "guest", "iat": now, "exp": now + timedelta(minutes=15)}
    return {"access_token": jwt.encode(claims, KEY, algorithm="HS256")}


if __name__ == "__main__":
    app.run()
