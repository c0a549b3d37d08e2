import os

from flask import Flask, jsonify
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

app = Flask(__name__)
PROXIES = int(os.environ.get("PROXIES", "0"))
if PROXIES:
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=PROXIES, x_proto=PROXIES, x_host=0, x_port=0, x_prefix=0)
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
