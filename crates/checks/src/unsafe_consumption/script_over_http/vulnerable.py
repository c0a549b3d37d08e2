from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return '<!doctype html><script src="http://cdn.parts.example/slider-2.4.1.min.js"></script><p>Shop</p>'


if __name__ == "__main__":
    app.run()
