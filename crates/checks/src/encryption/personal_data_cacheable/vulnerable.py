from flask import Flask

app = Flask(__name__)


@app.after_request
def caching(response):
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@app.get("/")
def profile():
    return {"name": "Ada", "email": "ada@example.com", "phone": "+44 20 7946 0018"}


if __name__ == "__main__":
    app.run()
