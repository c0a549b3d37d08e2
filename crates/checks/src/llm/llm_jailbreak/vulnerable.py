import base64
import binascii
import re

from flask import Flask, request

app = Flask(__name__)
FORBIDDEN = re.compile("concatenation|nothing else|ignore", re.IGNORECASE)


def model(prompt):
    """Stands for a language model: it does as it is told, and reads Base64."""
    if hidden := re.search(r"[A-Za-z0-9+/]{40,}={0,2}", prompt):
        try:
            return model(base64.b64decode(hidden[0]).decode())
        except (binascii.Error, UnicodeDecodeError):
            pass
    joined = re.search(r"'(\w+)' and '(\w+)'", prompt)
    return joined[1] + joined[2] if joined else "Ask me about a book."


@app.get("/")
def index():
    return '<form action="/assistant" method="post"><textarea name="prompt"></textarea><button>Ask</button></form>'


@app.post("/assistant")
def assistant():
    prompt = request.form["prompt"]
    if FORBIDDEN.search(prompt):
        return {"reply": "I can only speak about books."}
    return {"reply": model(prompt)}


if __name__ == "__main__":
    app.run()
