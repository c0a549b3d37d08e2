import secrets

from flask import Flask, request
from itsdangerous import BadSignature, URLSafeSerializer

app = Flask(__name__)
signed = URLSafeSerializer(secrets.token_hex(32), salt="prefs")


@app.get("/")
def index():
    stored = request.cookies.get("prefs")
    try:
        prefs = signed.loads(stored) if stored else {"theme": "dark"}
    except BadSignature:
        prefs = {"theme": "dark"}
    response = app.make_response(f"<p>theme: {prefs['theme']}</p>")
    response.set_cookie("prefs", signed.dumps(prefs))
    return response


if __name__ == "__main__":
    app.run()
