from urllib.parse import parse_qs

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/page?lang=en">page</a>'


@app.get("/page")
def page():
    return "<p>Welcome</p>"


def with_language(wsgi):
    def wrapped(environ, start_response):
        language = parse_qs(environ.get("QUERY_STRING", "")).get("lang", ["en"])[0]

        def start(status, headers, exc_info=None):
            return start_response(status, headers + [("Content-Language", language)], exc_info)

        return wsgi(environ, start)

    return wrapped


app.wsgi_app = with_language(app.wsgi_app)

if __name__ == "__main__":
    app.run(debug=False)
