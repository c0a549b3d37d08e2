from flask import Flask, session

app = Flask(__name__)
app.secret_key = "c4f1b0a1f4f7a9a6c2bb9d3f1c7e55f0a8d27c01"


@app.get("/")
def index():
    session["cart"] = ["lamp"]
    session["user_id"] = 7
    return {"items": 1}


if __name__ == "__main__":
    app.run()
