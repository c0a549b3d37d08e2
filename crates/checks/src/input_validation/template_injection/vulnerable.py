from flask import Flask, render_template_string, request

app = Flask(__name__)


@app.get("/")
def index():
    return '<a href="/hello?name=Ada">hello</a>'


@app.get("/hello")
def hello():
    return render_template_string("<h1>Hello " + request.args.get("name", "you") + "</h1>")


if __name__ == "__main__":
    app.run(debug=False)
