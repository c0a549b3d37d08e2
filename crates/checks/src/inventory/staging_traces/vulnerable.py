from flask import Flask

app = Flask(__name__)
API = "https://staging-api.shop.internal"


@app.get("/")
def index():
    return {"api": f"{API}/v1", "docs": "https://developer.shop.example"}


if __name__ == "__main__":
    app.run()
