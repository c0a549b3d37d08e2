from flask import Flask
from werkzeug.debug import DebuggedApplication

app = Flask(__name__)


@app.get("/")
def index():
    return {"status": "ok"}


def only_local(application):
    def guarded(environ, start_response):
        name = environ.get("HTTP_HOST", "").split(":")[0]
        if name not in {"localhost", "127.0.0.1"}:
            start_response("400 Bad Request", [("Content-Type", "text/plain")])
            return [b"unknown host"]
        return application(environ, start_response)

    return guarded


debugger = DebuggedApplication(app.wsgi_app, evalex=True)
app.wsgi_app = only_local(debugger)


if __name__ == "__main__":
    app.run()
