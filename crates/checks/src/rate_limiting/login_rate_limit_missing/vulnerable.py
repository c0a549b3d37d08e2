from flask import Flask, jsonify, request
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)

HASH = generate_password_hash("correct horse battery staple", "pbkdf2:sha256:1000")
FORM = """<form method="post" action="/login"><input name="username"><input type="password" name="password"></form>"""


@app.get("/")
def index():
    return FORM


@app.post("/login")
def login():
    data = request.get_json(silent=True) or request.form
    known = data.get("username") == "maria"
    if not check_password_hash(HASH, str(data.get("password", ""))) or not known:
        return jsonify(error="wrong user name or password"), 401
    return jsonify(welcome="maria")


if __name__ == "__main__":
    app.run()
