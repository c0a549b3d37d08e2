from flask import Flask, request

app = Flask(__name__)


def model(prompt):
    """Stands for the interface of a language model."""
    sent = len(prompt.split()) + 412
    usage = {"prompt_tokens": sent, "completion_tokens": 3, "total_tokens": sent + 3}
    return {"model": "small-1", "choices": [{"message": {"role": "assistant", "content": "Happy to help."}}], "usage": usage}


@app.get("/")
def index():
    return '<form action="/assistant" method="post"><textarea name="prompt"></textarea><button>Ask</button></form>'


@app.post("/assistant")
def assistant():
    return model(request.form["prompt"])


if __name__ == "__main__":
    app.run()
