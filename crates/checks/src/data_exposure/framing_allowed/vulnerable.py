from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return """<!doctype html><title>Shop</title><form method="post" action="/order"><button>Order</button></form>"""


if __name__ == "__main__":
    app.run()
