from flask import Flask

app = Flask(__name__)
CARD = "4539 3195 0343 6467"


@app.get("/")
def index():
    return '<a href="/account">account</a>'


@app.get("/account")
def account():
    return {"name": "Ada", "card_number": CARD}


if __name__ == "__main__":
    app.run()
