from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<form action="/feeds"><input name="feed_url"><button>Add</button></form>'


@app.get("/feeds")
def feeds():
    return {"feed": request.args.get("feed_url", "")}


if __name__ == "__main__":
    app.run(debug=False)
