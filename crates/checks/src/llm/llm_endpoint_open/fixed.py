import hmac
import os
import re

from flask import Flask, abort, request

app = Flask(__name__)
TOKEN = os.environ.get("ASSISTANT_TOKEN") or os.urandom(24).hex()


def model(prompt):
    """Stands for a language model: it does as it is told."""
    joined = re.search(r"concatenation of '(\w+)' and '(\w+)'", prompt)
    return joined[1] + joined[2] if joined else "Happy to help."


@app.get("/")
def index():
    return '<form action="/assistant" method="post"><textarea name="prompt"></textarea><button>Ask</button></form>'


@app.post("/assistant")
def assistant():
    if not hmac.compare_digest(request.headers.get("Authorization", ""), f"Bearer {TOKEN}"):
        abort(401)
    return {"reply": model(request.form["prompt"])}


if __name__ == "__main__":
    app.run()
