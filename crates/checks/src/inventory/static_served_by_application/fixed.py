from flask import Flask

app = Flask(__name__, static_folder=None)


@app.get("/static/shop.css")
def style():
    # Stands for the proxy that serves the files of this path.
    return "body { margin: 0 }", {"Content-Type": "text/css", "ETag": '"65539f00-12"'}


@app.get("/")
def index():
    return '<link rel="stylesheet" href="/static/shop.css">'


if __name__ == "__main__":
    app.run()
