from flask import Flask, jsonify
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

app = Flask(__name__)
limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", headers_enabled=True)


@app.get("/")
def index():
    return '<a href="/search">search</a>'


@app.get("/search")
@limiter.limit("10 per minute")
def search():
    return jsonify(results=[])


if __name__ == "__main__":
    app.run()
