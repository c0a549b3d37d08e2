import ast
import operator

from flask import Flask, request

app = Flask(__name__)

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def compute(node):
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](compute(node.left), compute(node.right))
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    raise ValueError("only numbers and + - *")


@app.get("/")
def index():
    return '<a href="/calc?expr=6*7">calculator</a>'


@app.get("/calc")
def calc():
    try:
        return {"result": compute(ast.parse(request.args.get("expr", "0"), mode="eval").body)}
    except (ValueError, SyntaxError):
        return {"error": "cannot compute this"}, 400


if __name__ == "__main__":
    app.run(debug=False)
