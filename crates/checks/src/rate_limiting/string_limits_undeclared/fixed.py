from flask import Flask, abort, jsonify, request

app = Flask(__name__)

TEXT = {"type": "string", "maxLength": 500}
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
    given = request.get_json()
    if any(len(str(given.get(name, ""))) > TEXT["maxLength"] for name in FIELDS["properties"]):
        abort(422)
    return "", 201


if __name__ == "__main__":
    app.run()
