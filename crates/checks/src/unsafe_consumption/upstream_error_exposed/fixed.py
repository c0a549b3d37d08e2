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
    except requests.RequestException:
        app.logger.exception("exchange rates")
        return jsonify(error="exchange rates are not available"), 502


if __name__ == "__main__":
    app.run()
