from flask import Flask

app = Flask(__name__)
API_KEY = "9f2b7c41d8e04a6f93b5c2d7"


@app.get("/")
def index():
    return '<a href="/account">account</a>'


@app.get("/account")
def account():
    return {"plan": "pro", "api_key": API_KEY}


if __name__ == "__main__":
    app.run()
