from flask import Flask, jsonify, request

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024

FIELDS = {"type": "object", "properties": {"text": {"type": "string", "maxLength": 500}}}
BODY = {"content": {"application/json": {"schema": FIELDS}}}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Comments", "version": "1"},
    "paths": {"/comments": {"post": {"requestBody": BODY, "responses": {"201": {"description": "kept"}}}}},
}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.post("/comments")
def comment():
    return jsonify(length=len(request.get_json()["text"])), 201


if __name__ == "__main__":
    app.run()
