from flask import Flask

app = Flask(__name__)

HASH = "sha384-ujb1lZYygJmzgSwoxRggbCHcjc0rB2XoQrxeTUQyRjrOnlCoYta87iKBWq3EsdM2"


@app.get("/")
def index():
    source = "https://cdn.parts.example/htmx.org@1.9.12/htmx.min.js"
    return f'<!doctype html><script src="{source}" integrity="{HASH}" crossorigin="anonymous"></script><p>Shop</p>'


if __name__ == "__main__":
    app.run()
