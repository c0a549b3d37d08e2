from flask import Flask, abort, jsonify, request

app = Flask(__name__)
PROMPT = {"type": "string", "maxLength": 2000}
BODY = {"type": "object", "properties": {"prompt": PROMPT}, "required": ["prompt"]}
CHAT = {"requestBody": {"content": {"application/json": {"schema": BODY}}}, "responses": {"200": {"description": "reply"}}}
SPECIFICATION = {"openapi": "3.0.3", "info": {"title": "Books", "version": "1"}, "paths": {"/chat": {"post": CHAT}}}


def model(prompt):
    """Stands for a language model that is paid by the word."""
    return "Happy to help." if prompt else "Ask me."


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.post("/chat")
def chat():
    prompt = request.get_json()["prompt"]
    if len(prompt) > PROMPT["maxLength"]:
        abort(413)
    return {"reply": model(prompt)}


if __name__ == "__main__":
    app.run()
