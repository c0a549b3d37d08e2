from flask import Flask, request

app = Flask(__name__)

SOURCES = {"news": "https://news.example.com/feed"}


@app.get("/")
def index():
    return '<form action="/feeds"><input name="name"><button>Add</button></form>'


@app.get("/feeds")
def feeds():
    source = SOURCES.get(request.args.get("name", ""))
    return {"feed": source}


if __name__ == "__main__":
    app.run(debug=False)
