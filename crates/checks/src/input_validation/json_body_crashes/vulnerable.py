from flask import Flask, request

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


@app.post("/authors")
def author():
    return {"name": request.get_json()["name"]}, 201


@app.post("/readers")
def reader():
    name = request.get_json().get("name")
    if not name:
        return {"error": "name is missing"}, 422
    return {"name": name}, 201


if __name__ == "__main__":
    app.run()
