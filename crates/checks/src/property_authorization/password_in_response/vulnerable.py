from flask import Flask, jsonify

app = Flask(__name__)

USERS = [
    {"id": 1, "username": "maria", "password": "sunflower-92"},
    {"id": 2, "username": "jonas", "password": "k1ngfisher"},
]


@app.get("/")
def index():
    return '<a href="/users">users</a>'


@app.get("/users")
def users():
    return jsonify(users=USERS)


if __name__ == "__main__":
    app.run()
