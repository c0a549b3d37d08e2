from flask import Flask

app = Flask(__name__)
MEMBERS = [("Ada", "ada@example.org"), ("Bob", "bob@example.org"), ("Cyd", "cyd@example.org")]


@app.get("/")
def index():
    return '<a href="/account">account</a>'


@app.get("/account")
def account():
    return {"members": [{"name": name} for name, email in MEMBERS]}


if __name__ == "__main__":
    app.run()
