from flask import Flask, session

app = Flask(__name__)
app.secret_key = "4bd0c9a7c2f14b6a8e7f5d3c2a190e8877665544332211aa"
app.config.update(SESSION_COOKIE_DOMAIN="shop.example")


@app.get("/")
def index():
    session["visits"] = session.get("visits", 0) + 1
    return {"visits": session["visits"]}


if __name__ == "__main__":
    app.run()
