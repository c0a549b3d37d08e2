from flask import Flask, jsonify

app = Flask(__name__)

TEXT = {"type": "string"}
FIELDS = {"type": "object", "properties": {"name": TEXT, "comment": TEXT}}
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
    return "", 201


if __name__ == "__main__":
    app.run()
