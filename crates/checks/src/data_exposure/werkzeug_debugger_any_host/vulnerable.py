from flask import Flask
from werkzeug.debug import DebuggedApplication

app = Flask(__name__)


@app.get("/")
def index():
    return {"status": "ok"}


debugger = DebuggedApplication(app.wsgi_app, evalex=True)
# What Werkzeug before 3.0.3 does by itself; since then somebody has to switch the check off, for the name of a container, say.
debugger.check_host_trust = lambda environ: True
app.wsgi_app = debugger


if __name__ == "__main__":
    app.run()
