from flask import Flask, request

app = Flask(__name__)


def model(prompt):
    """Stands for a language model that may call functions."""
    call = {"id": "call_1", "type": "function", "function": {"name": "search_books", "arguments": {"text": prompt[:40]}}}
    return {"role": "assistant", "content": "I have looked for books.", "tool_calls": [call]}


@app.get("/")
def index():
    return '<form action="/assistant" method="post"><textarea name="prompt"></textarea><button>Ask</button></form>'


@app.post("/assistant")
def assistant():
    message = model(request.form["prompt"])
    for call in message.pop("tool_calls"):
        app.logger.info("called %s", call["function"]["name"])
    return {"reply": message["content"]}


if __name__ == "__main__":
    app.run()
