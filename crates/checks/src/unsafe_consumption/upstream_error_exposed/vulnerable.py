import requests
from flask import Flask, jsonify

app = Flask(__name__)

RATES = "http://127.0.0.1:9/rates/latest"


@app.get("/")
def index():
    return '<a href="/rates">Exchange rates</a>'


@app.get("/rates")
def rates():
    try:
        return requests.get(RATES, timeout=2).json()
    except requests.RequestException as error:
        return jsonify(error=str(error)), 502


if __name__ == "__main__":
    app.run()
