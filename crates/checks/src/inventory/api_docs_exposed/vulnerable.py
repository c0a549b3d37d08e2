from flask import Flask

app = Flask(__name__)
DOCUMENT = {"openapi": "3.0.3", "info": {"title": "Books", "version": "1"}, "paths": {}}


@app.get("/")
def index():
    return {"status": "ok"}


@app.get("/openapi.json")
def specification():
    return DOCUMENT


if __name__ == "__main__":
    app.run()
