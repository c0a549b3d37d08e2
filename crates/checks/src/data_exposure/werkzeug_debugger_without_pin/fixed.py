import os

from flask import Flask
from werkzeug.debug import DebuggedApplication

app = Flask(__name__)
if os.environ.get("APP_ENV") == "development":
    app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True)


@app.get("/")
def index():
    return {"status": "ok"}


if __name__ == "__main__":
    app.run()
