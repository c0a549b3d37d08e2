from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return '<!doctype html><script src="https://cdn.parts.example/npm/charts@4.4.7/charts.min.js"></script><p>Sales</p>'


if __name__ == "__main__":
    app.run()
