from flask import Flask, jsonify, request

app = Flask(__name__)

PROFILE = {"email": "maria@example.com", "city": "Porto", "is_admin": False}
FIELDS = {"email": {"type": "string"}, "city": {"type": "string"}, "is_admin": {"type": "boolean"}}
BODY = {"content": {"application/json": {"schema": {"type": "object", "properties": FIELDS}}}}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Profiles", "version": "1"},
    "paths": {"/profile": {"patch": {"requestBody": BODY, "responses": {"200": {"description": "saved"}}}}},
}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.patch("/profile")
def change():
    PROFILE.update(request.get_json())
    return {"saved": True}


if __name__ == "__main__":
    app.run()
