from flask import Flask

app = Flask(__name__)


class MethodOverride:
    def __init__(self, wsgi):
        self.wsgi = wsgi

    def __call__(self, environ, start_response):
        method = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "").upper()
        if method in {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}:
            environ["REQUEST_METHOD"] = method
        return self.wsgi(environ, start_response)


app.wsgi_app = MethodOverride(app.wsgi_app)


@app.get("/")
def index():
    return {"status": "ok"}


if __name__ == "__main__":
    app.run(debug=False)
