from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = "correct-horse-battery-staple"


@app.get("/")
def index():
    return {"status": "ok"}


@app.get("/config")
def config():
    return {"version": "1.4.2"}


if __name__ == "__main__":
    app.run()
