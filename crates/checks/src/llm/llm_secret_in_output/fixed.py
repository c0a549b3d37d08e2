import os
import re

from flask import Flask, request

app = Flask(__name__)
DATABASE = os.environ.get("DATABASE_URL", "")
SYSTEM = "Answer from what search_books returns. The application runs the search; you never see the database."


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
