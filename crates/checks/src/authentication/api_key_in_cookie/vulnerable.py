import os
import secrets

from flask import Flask, jsonify

app = Flask(__name__)
API_KEY = os.environ.get("API_KEY") or secrets.token_hex(16)


@app.get("/")
def index():
    response = jsonify(status="ok")
    response.set_cookie("api_key", API_KEY)
    response.set_cookie("theme", "dark")
    return response


if __name__ == "__main__":
    app.run()
