import base64
import json

from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def index():
    response = jsonify(status="welcome")
    account = json.dumps({"username": "guest", "role": "visitor"})
    response.set_cookie("account", base64.b64encode(account.encode()).decode())
    return response


if __name__ == "__main__":
    app.run()
