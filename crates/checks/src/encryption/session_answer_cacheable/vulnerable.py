from flask import Flask, session

app = Flask(__name__)
app.secret_key = "c4f1b0a1f4f7a9a6c2bb9d3f1c7e55f0a8d27c01"


@app.after_request
def caching(response):
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@app.get("/")
def index():
    session["visits"] = session.get("visits", 0) + 1
    return {"visits": session["visits"]}


if __name__ == "__main__":
    app.run()
