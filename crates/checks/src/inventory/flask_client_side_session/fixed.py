from secrets import token_urlsafe

from flask import Flask, make_response

app = Flask(__name__)
VISITS = {}


@app.get("/")
def index():
    visit = token_urlsafe()
    VISITS[visit] = {"theme": "dark"}
    response = make_response({"status": "ok"})
    response.set_cookie("visit", visit, httponly=True, samesite="Lax")
    return response


if __name__ == "__main__":
    app.run()
