import secrets

from flask import Flask, abort, jsonify, request
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)

USERS, TOKENS = {}, {}


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
    user = {"role": "user"} | data
    user["password"] = generate_password_hash(data["password"], "pbkdf2:sha256:1000")
    USERS[data["username"]] = user
    return jsonify(registered=True), 201


@app.post("/login")
def login():
    data = sent("username", "password")
    known = USERS.get(data["username"])
    if known is None or not check_password_hash(known["password"], data["password"]):
        return jsonify(error="wrong username or password"), 401
    token = secrets.token_hex(16)
    TOKENS[token] = known
    return jsonify(access_token=token)


@app.get("/me")
def me():
    _, _, token = request.headers.get("Authorization", "").partition(" ")
    user = TOKENS.get(token) or abort(401)
    return jsonify(username=user["username"], role=user["role"])


if __name__ == "__main__":
    app.run()
