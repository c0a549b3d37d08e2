from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="threading", cors_allowed_origins="*")


@app.get("/")
def index():
    return '<script src="https://cdn.socket.io/4.8.1/socket.io.min.js"></script><script>io().on("order", show)</script>'


@socketio.on("orders")
def orders():
    return [{"id": 7, "total": "19.90"}]


if __name__ == "__main__":
    app.run()
