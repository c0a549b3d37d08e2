from flask import Flask

app = Flask(__name__)

PAGE = """<!doctype html>
<title>Shop</title>
<script src="http://cdn.example.com/shop.js"></script>
<a href="http://other.example.com/">a link may go anywhere</a>
"""


@app.get("/")
def index():
    return PAGE


if __name__ == "__main__":
    app.run(ssl_context="adhoc")
