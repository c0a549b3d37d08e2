from flask import Flask

app = Flask(__name__)
CARD = "4111 1111 1111 1111"


@app.get("/")
def index():
    return '<a href="/account">account</a>'


@app.get("/account")
def account():
    return {"name": "Ada", "card_number": "**** " + CARD[-4:]}


if __name__ == "__main__":
    app.run()
