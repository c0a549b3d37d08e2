from flask import Flask

app = Flask(__name__)
METRICS = """# HELP flask_requests_total Requests
# TYPE flask_requests_total counter
flask_requests_total{path="/admin"} 17
"""


@app.get("/")
def index():
    return {"status": "ok"}


@app.get("/metrics")
def metrics():
    return METRICS, {"Content-Type": "text/plain"}


if __name__ == "__main__":
    app.run()
