from flask import Flask, request

app = Flask(__name__)

TOPICS = {"tea": "<p>All about tea</p>"}


@app.get("/")
def index():
    return '<a href="/topic?name=tea">tea</a>'


@app.get("/topic")
def topic():
    topic = request.args.get("name", "")
    if topic not in TOPICS:
        return "<p>No such topic</p>", 404
    return TOPICS[topic]


if __name__ == "__main__":
    app.run(debug=False)
