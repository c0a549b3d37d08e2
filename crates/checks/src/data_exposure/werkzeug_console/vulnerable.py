from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return {"status": "ok"}


@app.get("/console")
def console():
    return "<title>Console</title>the shop's console of games"


if __name__ == "__main__":
    app.run(debug=True)
