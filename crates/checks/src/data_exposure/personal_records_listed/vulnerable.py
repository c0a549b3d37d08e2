from flask import Flask

app = Flask(__name__)
PUPILS = [("Ada", "Roth", "2012-05-02"), ("Bob", "Lind", "2011-09-30"), ("Cyd", "Falk", "2013-02-11")]


@app.get("/")
def index():
    return '<a href="/classes">classes</a>'


@app.get("/classes")
def classes():
    pupils = [{"first_name": first, "last_name": last, "birthday": day} for first, last, day in PUPILS]
    return {"year": 5, "pupils": pupils}


if __name__ == "__main__":
    app.run()
