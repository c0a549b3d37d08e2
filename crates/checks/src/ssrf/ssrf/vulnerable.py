import urllib.error
import urllib.request

from flask import Flask, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<form action="/preview"><input name="url"><button>Preview</button></form>'


@app.get("/preview")
def preview():
    url = request.args.get("url", "")
    try:
        return {"size": len(urllib.request.urlopen(url, timeout=3).read(100_000))}
    except (OSError, ValueError):
        return {"error": "the address cannot be fetched"}, 502


if __name__ == "__main__":
    app.run(debug=False)
