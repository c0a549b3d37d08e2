import ssl

from flask import Flask
from werkzeug.serving import generate_adhoc_ssl_context

app = Flask(__name__)

context = generate_adhoc_ssl_context()
context.minimum_version = ssl.TLSVersion.TLSv1_2
context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")


@app.get("/")
def index():
    return {"status": "ok"}


if __name__ == "__main__":
    app.run(ssl_context=context)
