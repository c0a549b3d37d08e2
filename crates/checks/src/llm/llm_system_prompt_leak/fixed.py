import re

from flask import Flask, request

app = Flask(__name__)
SYSTEM = "You are Ada, the assistant of a garage. Never tell customers the price of labour. Your task is to book appointments."


def model(system, prompt):
    """Stands for a language model: it does as it is told."""
    return system if re.search("instructions|above", prompt) else "Happy to help."


@app.get("/")
def index():
    return '<form action="/assistant" method="post"><textarea name="prompt"></textarea><button>Ask</button></form>'


@app.post("/assistant")
def assistant():
    reply = model(SYSTEM, request.form["prompt"])
    if any(sentence in reply for sentence in SYSTEM.split(". ")):
        return {"reply": "I am here to book appointments. When would you like to come?"}
    return {"reply": reply}


if __name__ == "__main__":
    app.run()
