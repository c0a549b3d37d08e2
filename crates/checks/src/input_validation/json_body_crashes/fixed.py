from flask import Flask, abort, request

app = Flask(__name__)

NAMED = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
POST = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": NAMED}}},
    "responses": {"201": {"description": "kept"}},
}


@app.get("/openapi.json")
def specification():
    paths = {"/authors": {"post": POST}, "/readers": {"post": POST}}
    return {"openapi": "3.0.3", "info": {"title": "Library", "version": "1"}, "paths": paths}


def text(field):
    data = request.get_json()
    if not isinstance(data, dict) or not isinstance(data.get(field), str):
        abort(422, f"{field} has to be a text")
    return data[field]


@app.post("/authors")
def author():
    return {"name": text("name")}, 201


@app.post("/readers")
def reader():
    return {"name": text("name")}, 201


if __name__ == "__main__":
    app.run()
