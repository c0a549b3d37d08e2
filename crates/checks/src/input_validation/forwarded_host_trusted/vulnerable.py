from flask import Flask, jsonify
from werkzeug.middleware.proxy_fix import ProxyFix

app = Flask(__name__)
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)


@app.get("/")
def index():
    return jsonify(links=["/api/books"])


@app.get("/api/books")
def books():
    return jsonify(["Flatland"])


if __name__ == "__main__":
    app.run(debug=False)
