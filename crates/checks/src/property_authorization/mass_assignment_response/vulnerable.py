from flask import Flask, abort, jsonify, request

app = Flask(__name__)

USERS = {1: {"id": 1, "username": "maria", "city": "Porto", "is_admin": False}}
BODY = {"content": {"application/json": {"schema": {"type": "object", "properties": {"city": {"type": "string"}}}}}}
PARAMETER = {"name": "user_id", "in": "path", "required": True, "schema": {"type": "integer"}, "example": 1}
ANSWERS = {"200": {"description": "the user"}}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Users", "version": "1"},
    "paths": {
        "/users/{user_id}": {
            "parameters": [PARAMETER],
            "get": {"responses": ANSWERS},
            "patch": {"requestBody": BODY, "responses": ANSWERS},
        }
    },
}


def change(user, data):
    user.update(data)


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.route("/users/<int:user_id>", methods=["GET", "PATCH"])
def user(user_id):
    found = USERS.get(user_id) or abort(404)
    if request.method == "PATCH":
        change(found, request.get_json())
    return jsonify(found)


if __name__ == "__main__":
    app.run()
