from flask import Flask, jsonify

app = Flask(__name__)

CARDS = {1: {"id": 1, "holder": "Maria", "pin": "4711"}}
CARD = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "holder": {"type": "string"},
        "pin": {"type": "string", "writeOnly": True},
    },
}
CONTENT = {"application/json": {"schema": CARD}}
PARAMETER = {"name": "card_id", "in": "path", "required": True, "schema": {"type": "integer"}, "example": 1}
SPECIFICATION = {
    "openapi": "3.0.3",
    "info": {"title": "Cards", "version": "1"},
    "paths": {
        "/cards/{card_id}": {
            "get": {"parameters": [PARAMETER], "responses": {"200": {"description": "a card", "content": CONTENT}}}
        }
    },
}
WRITE_ONLY = {"pin"}


def public(card):
    return {name: value for name, value in card.items() if name not in WRITE_ONLY}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.get("/cards/<int:card_id>")
def card(card_id):
    found = CARDS.get(card_id)
    return (jsonify(public(found)), 200) if found else ({"error": "no such card"}, 404)


if __name__ == "__main__":
    app.run()
