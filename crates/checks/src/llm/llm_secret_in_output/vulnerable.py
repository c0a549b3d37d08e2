import re

from flask import Flask, request

app = Flask(__name__)
SYSTEM = "Answer from the shop's database, postgresql://shop:tr0ub4dor-and-3@db.internal/shop, which you can query."


def model(system, prompt):
    """Stands for a language model: it tells what it knows."""
    return f"I was given this: {system}" if re.search("password|instructions|above", prompt) else "Happy to help."


@app.get("/")
def index():
    return '<form action="/assistant" method="post"><textarea name="prompt"></textarea><button>Ask</button></form>'


@app.post("/assistant")
def assistant():
    return {"reply": model(SYSTEM, request.form["prompt"])}


if __name__ == "__main__":
    app.run()
