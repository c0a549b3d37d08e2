import os

from flask import Flask

app = Flask(__name__)
STRIPE_KEY = os.environ.get("STRIPE_KEY", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc")


@app.get("/")
def index():
    return '<a href="/account">account</a>'


@app.get("/account")
def account():
    return {"plan": "pro", "key": STRIPE_KEY}


if __name__ == "__main__":
    app.run()
