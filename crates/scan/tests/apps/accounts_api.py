"""Somebody registers and logs in with JSON, and gets a token signed with a word that everybody guesses."""

import hmac
from base64 import urlsafe_b64encode as b64
from hashlib import sha256
from json import dumps

from flask import Flask, jsonify, request

app = Flask(__name__)
users = {}


def token_of(name):
    part = lambda value: b64(dumps(value).encode()).rstrip(b"=")
    signed = part({"alg": "HS256", "typ": "JWT"}) + b"." + part({"sub": name, "exp": 4102444800})
    return (signed + b"." + b64(hmac.new(b"secret", signed, sha256).digest()).rstrip(b"=")).decode()


def caller():
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return next((name for name in users if hmac.compare_digest(token_of(name), token)), None)


FIELDS = {"nick": {"type": "string"}, "e_mail": {"type": "string", "format": "email"}, "password": {"type": "string", "minLength": 10}}
SCHEMA = {"type": "object", "required": ["nick", "password"], "properties": {"username": FIELDS["nick"], **FIELDS}}


@app.get("/openapi.json")
def document():
    body = lambda schema: {"content": {"application/json": {"schema": schema}}, "required": True}
    answer = {"responses": {"200": {"description": "done"}}}
    login = {"type": "object", "properties": {"username": {"type": "string"}, "password": {"type": "string"}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Choir", "version": "1"},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": {
            "/singers/sign-up": {"post": {"requestBody": body(SCHEMA), **answer}},
            "/singers/sign-in": {"post": {"requestBody": body(login), **answer}},
            "/rehearsals": {"get": {"security": [{"token": []}], **answer}},
            "/whoami": {"get": {"security": [{"token": []}], **answer}},
        },
    }


@app.post("/singers/sign-up")
def sign_up():
    given = request.get_json()
    if not given.get("username") or len(given.get("password", "")) < 10 or given["username"] in users:
        return jsonify(error="choose another name or a longer password"), 400
    users[given["username"]] = given["password"]
    return jsonify(message="welcome"), 201


@app.post("/singers/sign-in")
def sign_in():
    given = request.get_json()
    if users.get(given.get("username")) != given.get("password"):
        return jsonify(error="wrong name or password"), 401
    return jsonify(access_token=token_of(given["username"]))


@app.get("/rehearsals")
def rehearsals():
    return jsonify([{"id": 1, "place": "chapel"}]) if caller() else (jsonify(error="token required"), 401)


@app.get("/whoami")
def whoami():
    return jsonify(name=caller()) if caller() else (jsonify(error="token required"), 401)


@app.get("/")
def index():
    return jsonify(documentation="/openapi.json")


if __name__ == "__main__":
    app.run()
