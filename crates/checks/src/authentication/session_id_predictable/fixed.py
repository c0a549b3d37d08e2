import secrets

from flask import Flask, jsonify, request

app = Flask(__name__)
SESSIONS = {}


@app.get("/")
def index():
    session_id = request.cookies.get("session_id")
    if session_id not in SESSIONS:
        session_id = secrets.token_urlsafe(32)
    SESSIONS.setdefault(session_id, {"cart": []})
    response = jsonify(cart=SESSIONS[session_id]["cart"])
    response.set_cookie("session_id", session_id, httponly=True, samesite="Lax")
    return response


if __name__ == "__main__":
    app.run()
