from hmac import compare_digest

from flask import Flask, request

app = Flask(__name__)
METRICS = """# HELP flask_requests_total Requests
# TYPE flask_requests_total counter
flask_requests_total{path="/admin"} 17
"""
COLLECTOR = b"Bearer 9f2b7c41d8e04a6f93b5c2d7"


@app.get("/")
def index():
    return {"status": "ok"}


@app.get("/metrics")
def metrics():
    if not compare_digest(request.headers.get("Authorization", "").encode(), COLLECTOR):
        return {"error": "credentials needed"}, 401
    return METRICS, {"Content-Type": "text/plain"}


if __name__ == "__main__":
    app.run()
