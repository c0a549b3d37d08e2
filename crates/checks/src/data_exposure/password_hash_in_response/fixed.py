from flask import Flask
from werkzeug.security import generate_password_hash

app = Flask(__name__)
USER = {"name": "ada", "password_hash": generate_password_hash("a long pass phrase")}


@app.get("/")
def index():
    return '<a href="/account">account</a>'


@app.get("/account")
def account():
    return {"name": USER["name"]}


if __name__ == "__main__":
    app.run()
