from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    if not request.args.get("api_key"):
        return {"error": "append ?api_key=YOUR_KEY to the URL"}, 401, {"WWW-Authenticate": "ApiKey"}
    return {"error": "invalid API key"}, 401, {"WWW-Authenticate": "ApiKey"}


if __name__ == "__main__":
    app.run()
