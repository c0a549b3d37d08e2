from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return """<!doctype html><title>Shop</title><form method="post" action="/order"><button>Order</button></form>"""


@app.after_request
def harden(response):
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return response


if __name__ == "__main__":
    app.run()
