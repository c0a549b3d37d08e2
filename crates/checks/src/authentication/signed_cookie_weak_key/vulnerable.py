from flask import Flask, make_response
from itsdangerous import TimestampSigner

app = Flask(__name__)
SIGNER = TimestampSigner("changeme")


@app.get("/")
def index():
    response = make_response({"shop": "open"})
    response.set_cookie("visitor", SIGNER.sign("guest-1").decode(), httponly=True, samesite="Lax")
    return response


if __name__ == "__main__":
    app.run()
