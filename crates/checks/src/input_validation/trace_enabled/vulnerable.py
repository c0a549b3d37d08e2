from flask import Flask, request

app = Flask(__name__)


@app.route("/", methods=["GET", "TRACE"])
def index():
    if request.method == "TRACE":
        lines = [f"TRACE {request.full_path} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in request.headers]
        return "\r\n".join(lines), {"Content-Type": "message/http"}
    return "ok"


if __name__ == "__main__":
    app.run(debug=False)
