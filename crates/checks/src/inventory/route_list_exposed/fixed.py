from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return {"routes": ["/ferries"]}


@app.get("/ferries")
def ferries():
    return {"ferries": ["16:40"]}


@app.post("/internal/reindex")
def reindex():
    return {"status": "ok"}


if __name__ == "__main__":
    app.run()
