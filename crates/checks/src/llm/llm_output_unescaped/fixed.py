import re

from flask import Flask, request
from markupsafe import escape

app = Flask(__name__)


def model(prompt):
    """Stands for a language model: it does as it is told."""
    joined = re.search(r"concatenation of '(\w+)' and '(\w+)'", prompt)
    if not joined:
        return "Happy to help."
    name = joined[1] + joined[2]
    return f"<{name}>ok</{name}>" if "HTML" in prompt else name


@app.get("/")
def index():
    return '<form action="/assistant" method="post"><textarea name="prompt"></textarea><button>Ask</button></form>'


@app.post("/assistant")
def assistant():
    reply = model(request.form["prompt"])
    return f"<!doctype html><p>{escape(reply)}</p>"


if __name__ == "__main__":
    app.run()
