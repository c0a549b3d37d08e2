import re

from flask import Flask, request

app = Flask(__name__)
TOPIC = re.compile(r"\b(parcel|delivery|refund|order|review|customer)\b", re.IGNORECASE)


def model(prompt):
    """Stands for a language model: it does as it is told."""
    joined = re.search(r"concatenation of '(\w+)' and '(\w+)'", prompt)
    return joined[1] + joined[2] if joined else "Happy to help."


@app.get("/")
def index():
    return '<form action="/assistant" method="post"><textarea name="prompt"></textarea><button>Ask</button></form>'


@app.post("/assistant")
def assistant():
    reply = model(request.form["prompt"])
    if not TOPIC.search(reply):
        return {"reply": "I can only speak about your order."}
    return {"reply": reply}


if __name__ == "__main__":
    app.run()
