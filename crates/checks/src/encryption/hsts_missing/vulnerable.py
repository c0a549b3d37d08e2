from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return {"products": ["lamp", "chair"]}


if __name__ == "__main__":
    app.run(ssl_context="adhoc")
