import base64
import pickle

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    stored = request.cookies.get("prefs")
    prefs = pickle.loads(base64.b64decode(stored)) if stored else {"theme": "dark"}
    response = app.make_response(f"<p>theme: {prefs['theme']}</p>")
    response.set_cookie("prefs", base64.b64encode(pickle.dumps(prefs)).decode())
    return response


if __name__ == "__main__":
    app.run()
