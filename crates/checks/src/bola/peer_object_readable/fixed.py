import secrets

from flask import Flask, abort, jsonify, request
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)

USERS, TOKENS, NOTES, POSTS = {}, {}, [], []


def body(*names):
    properties = {name: {"type": "string"} for name in names}
    schema = {"type": "object", "required": list(names), "properties": properties}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


DONE = {"200": {"description": "done"}}
NOTE, POST = (
    {"name": name, "in": "path", "required": True, "schema": {"type": "integer"}} for name in ("note_id", "post_id")
)
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Notes", "version": "1"},
    "paths": {
        "/register": {"post": {"requestBody": body("username", "password"), "responses": DONE}},
        "/login": {"post": {"requestBody": body("username", "password"), "responses": DONE}},
        "/notes": {"get": {"responses": DONE}, "post": {"requestBody": body("title", "text"), "responses": DONE}},
        "/notes/{note_id}": {"get": {"parameters": [NOTE], "responses": DONE}},
        "/posts": {"get": {"responses": DONE}, "post": {"requestBody": body("title", "text"), "responses": DONE}},
        "/posts/{post_id}": {"get": {"parameters": [POST], "responses": DONE}},
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


@app.get("/notes")
def own():
    name = user()
    return jsonify(notes=[note for note in NOTES if note["author"] == name])


@app.post("/notes")
def create():
    name, data = user(), sent("title", "text")
    NOTES.append({"id": len(NOTES) + 1, "author": name, "title": data["title"], "text": data["text"]})
    return jsonify(NOTES[-1]), 201


@app.get("/notes/<int:note_id>")
def read(note_id):
    name = user()
    note = next((note for note in NOTES if note["id"] == note_id and note["author"] == name), None)
    return jsonify(note) if note else (jsonify(error="not found"), 404)


# The board of the members: whoever is logged in reads what others wrote.
@app.get("/posts")
def posts():
    user()
    return jsonify(posts=[{"id": post["id"], "title": post["title"]} for post in POSTS])


@app.post("/posts")
def publish():
    name, data = user(), sent("title", "text")
    POSTS.append({"id": len(POSTS) + 1, "author": name, "title": data["title"], "text": data["text"]})
    return jsonify(POSTS[-1]), 201


@app.get("/posts/<int:post_id>")
def post(post_id):
    user()
    found = next((post for post in POSTS if post["id"] == post_id), None)
    return jsonify(found) if found else (jsonify(error="not found"), 404)


if __name__ == "__main__":
    app.run()
