import re

from flask import Flask, request

app = Flask(__name__)


def model(prompt):
    """Stands for a language model: it does as it is told."""
    joined = re.search(r"concatenation of '(\w+)' and '(\w+)'", prompt)
    return joined[1] + joined[2] if joined else "Happy to help."


@app.get("/")
def index():
    return '<form action="/assistant" method="post"><textarea name="prompt"></textarea><button>Ask</button></form>'


@app.post("/assistant")
def assistant():
    return {"reply": model(request.form["prompt"])}


if __name__ == "__main__":
    app.run()
