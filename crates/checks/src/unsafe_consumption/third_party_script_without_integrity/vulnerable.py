from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return '<!doctype html><script src="https://cdn.parts.example/htmx.org@1.9.12/htmx.min.js"></script><p>Shop</p>'


if __name__ == "__main__":
    app.run()
