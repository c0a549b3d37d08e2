from flask import Flask, session

app = Flask(__name__)
app.config["SECRET_KEY"] = "f3a9c04be71d52860b9e4c7d18a2f6530c9b7e41"


@app.get("/")
def index():
    session["theme"] = "dark"
    return {"status": "ok"}


if __name__ == "__main__":
    app.run()
