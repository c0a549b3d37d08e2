from flask import Flask, jsonify, request

app = Flask(__name__)
PAID = set()
EVENT = {"type": "object", "properties": {"order": {"type": "integer"}, "state": {"type": "string"}}}
RECEIVE = {
    "requestBody": {"content": {"application/json": {"schema": EVENT}}},
    "responses": {"200": {"description": "taken"}},
}
PATHS = {"/webhooks/payments": {"post": RECEIVE}}
SPECIFICATION = {"openapi": "3.0.3", "info": {"title": "Orders", "version": "1"}, "paths": PATHS}


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.post("/webhooks/payments")
def payment():
    event = request.get_json()
    if event.get("state") == "paid":
        PAID.add(event["order"])
    return {"received": True}


if __name__ == "__main__":
    app.run()
