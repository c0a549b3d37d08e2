from flask import Flask, request

app = Flask(__name__)
TOOLS = [{"name": "next_ferry", "description": "When does the next ferry leave?", "inputSchema": {"type": "object"}}]


@app.get("/")
def index():
    return {"service": "ferries", "tools": "/mcp"}


@app.post("/mcp")
def mcp():
    message = request.get_json()
    answer = {"jsonrpc": "2.0", "id": message.get("id")}
    match message.get("method"):
        case "initialize":
            info = {"name": "ferries", "version": "1"}
            return answer | {
                "result": {"protocolVersion": "2025-03-26", "capabilities": {"tools": {}}, "serverInfo": info}
            }
        case "notifications/initialized":
            return "", 202
        case "tools/list":
            return answer | {"result": {"tools": TOOLS}}
        case "tools/call" if message["params"]["name"] == "next_ferry":
            return answer | {"result": {"content": [{"type": "text", "text": "16:40"}]}}
    return answer | {"error": {"code": -32602, "message": "unknown"}}


if __name__ == "__main__":
    app.run()
