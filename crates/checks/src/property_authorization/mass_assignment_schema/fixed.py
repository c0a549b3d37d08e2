from flask import Flask, jsonify, request
from marshmallow import RAISE, Schema, ValidationError, fields

app = Flask(__name__)

PROFILE = {"email": "maria@example.com", "city": "Porto", "is_admin": False}
FIELDS = {"email": {"type": "string"}, "city": {"type": "string"}}
BODY = {
    "content": {"application/json": {"schema": {"type": "object", "properties": FIELDS, "additionalProperties": False}}}
}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Profiles", "version": "1"},
    "paths": {"/profile": {"patch": {"requestBody": BODY, "responses": {"200": {"description": "saved"}}}}},
}


class Profile(Schema):
    class Meta:
        unknown = RAISE

    email = fields.Email()
    city = fields.String()


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.patch("/profile")
def change():
    try:
        PROFILE.update(Profile().load(request.get_json(), partial=True))
    except ValidationError as error:
        return {"errors": error.messages}, 422
    return {"saved": True}


if __name__ == "__main__":
    app.run()
