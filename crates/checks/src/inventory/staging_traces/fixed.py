import os

from flask import Flask

app = Flask(__name__)
API = os.environ.get("PUBLIC_API", "https://api.shop.example")


@app.get("/")
def index():
    return {"api": f"{API}/v1", "docs": "https://developer.shop.example"}


if __name__ == "__main__":
    app.run()
