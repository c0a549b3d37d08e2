from flask import Flask
from werkzeug.debug import DebuggedApplication

app = Flask(__name__)
app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=True, pin_security=False)


@app.get("/")
def index():
    return {"status": "ok"}


if __name__ == "__main__":
    app.run()
