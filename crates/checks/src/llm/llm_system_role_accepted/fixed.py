import re

from flask import Flask, jsonify, request

app = Flask(__name__)
RULES = {"role": "system", "content": "Greet customers and answer questions about books."}
FIELDS = {"role": {"type": "string"}, "content": {"type": "string"}}
MESSAGES = {"type": "array", "items": {"type": "object", "properties": FIELDS}}
BODY = {"type": "object", "properties": {"messages": MESSAGES}, "required": ["messages"]}
CHAT = {"requestBody": {"content": {"application/json": {"schema": BODY}}}, "responses": {"200": {"description": "reply"}}}
SPECIFICATION = {"openapi": "3.0.3", "info": {"title": "Books", "version": "1"}, "paths": {"/chat": {"post": CHAT}}}


def model(messages):
    """Stands for a language model: the last system message rules."""
    rules = [message["content"] for message in messages if message["role"] == "system"][-1]
    joined = re.search(r"concatenation of '(\w+)' and '(\w+)'", rules)
    return joined[1] + joined[2] if joined else "Good morning! Which book do you look for?"


@app.get("/openapi.json")
def specification():
    return jsonify(SPECIFICATION)


@app.post("/chat")
def chat():
    said = [message for message in request.get_json()["messages"] if message["role"] in ("user", "assistant")]
    messages = [RULES, *said]
    return {"reply": model(messages)}


if __name__ == "__main__":
    app.run()
