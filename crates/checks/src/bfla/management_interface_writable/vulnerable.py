import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)


def rows(statement):
    base = sqlite3.connect(":memory:")
    base.execute("create table reading (name text, value real)")
    if statement.upper() == "SHOW DATABASES":
        return ["name"], [["meters"]]
    done = base.execute(statement)
    return [column[0] for column in done.description or []], done.fetchall()


@app.get("/")
def index():
    return '<h1>Meters</h1><a href="/query?q=SHOW%20DATABASES">Databases</a>'


@app.get("/query")
def query():
    try:
        columns, values = rows(request.args.get("q", ""))
    except sqlite3.Error:
        return jsonify(error="this statement cannot be run"), 400
    series = [{"name": "result", "columns": columns, "values": values}]
    return jsonify(results=[{"statement_id": 0, "series": series}])


if __name__ == "__main__":
    app.run()
