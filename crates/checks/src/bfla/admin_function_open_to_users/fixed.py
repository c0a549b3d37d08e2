import secrets

from flask import Flask, abort, jsonify, request
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)

USERS, TOKENS = {}, {}
ADMINISTRATORS = {"maria"}


def body(*names):
    properties = {name: {"type": "string"} for name in names}
    schema = {"type": "object", "required": list(names), "properties": properties}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


DONE = {"200": {"description": "done"}}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Users", "version": "1"},
    "paths": {
        "/register": {"post": {"requestBody": body("username", "password"), "responses": DONE}},
        "/login": {"post": {"requestBody": body("username", "password"), "responses": DONE}},
        "/me": {"get": {"responses": DONE}},
        "/admin/users": {"get": {"responses": DONE}},
    },
}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


def sent(*names):
    data = request.get_json()
    if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in names):
        abort(422)
    return data


@app.post("/register")
def register():
    data = sent("username", "password")
    if data["username"] in USERS:
        return jsonify(error="taken"), 409
    USERS[data["username"]] = generate_password_hash(data["password"], "pbkdf2:sha256:1000")
    return jsonify(registered=True), 201


@app.post("/login")
def login():
    data = sent("username", "password")
    known = USERS.get(data["username"])
    if known is None or not check_password_hash(known, data["password"]):
        return jsonify(error="wrong username or password"), 401
    token = secrets.token_hex(16)
    TOKENS[token] = data["username"]
    return jsonify(access_token=token)


def user():
    _, _, token = request.headers.get("Authorization", "").partition(" ")
    return TOKENS.get(token) or abort(401)


@app.before_request
def administrators_only():
    if request.path.startswith("/admin/") and user() not in ADMINISTRATORS:
        return jsonify(error="administrators only"), 403


@app.get("/me")
def me():
    return jsonify(username=user())


@app.get("/admin/users")
def users():
    user()
    return jsonify(users=[{"username": name, "role": "user"} for name in USERS])


if __name__ == "__main__":
    app.run()
