from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = "correct-horse-battery-staple"


@app.get("/")
def index():
    return '<a href="/account">account</a>'


@app.get("/account")
def account():
    return {name: str(value) for name, value in app.config.items()}


if __name__ == "__main__":
    app.run()
