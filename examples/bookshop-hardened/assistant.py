"""The shop assistant. What the model says is data: it may only choose one of the answers that the shop itself writes."""

import json
import re

from flask import Blueprint, g, jsonify, request
from sqlalchemy import or_, select

from models import Book, db
from schemas import ChatRequest
from security import limiter, login_required

assistant = Blueprint("assistant", __name__)

# Holds nothing that a customer may not read; orders are out of the model's reach.
SYSTEM_PROMPT = 'Answer with JSON only: {"intent": "find", "about": "<author or title>"} or {"intent": "greet"}.'
GREETING = "I am Marlow. Ask me about a book or an author."


def generate(prompt):
    """What a model that does as it is told would answer; the same prompt gets the same answer."""
    if re.search(r"\b(instructions?|prompt|rules)\b", prompt, re.I):
        return SYSTEM_PROMPT
    if told := re.search(r"\b(?:say|reply with|repeat|print|output|write)\b(?: only| exactly)?[: ]+(.+)$", prompt, re.I):
        return told.group(1)
    if about := re.search(r"\b(?:by|about|like|called)\s+([\w' ]{3,60})", prompt, re.I):
        return json.dumps({"intent": "find", "about": about.group(1).strip()})
    return json.dumps({"intent": "greet"})


def render(answer):
    """Turns the model's choice into the shop's words; whatever is not one of the two choices becomes the greeting."""
    try:
        choice = json.loads(answer)
    except (ValueError, RecursionError):
        return GREETING
    if not isinstance(choice, dict) or choice.get("intent") != "find" or not isinstance(choice.get("about"), str):
        return GREETING
    about = choice["about"][:60]
    book = db.session.scalar(select(Book).where(or_(Book.title.icontains(about, autoescape=True), Book.author.icontains(about, autoescape=True))))
    return f"You may like {book.title} by {book.author}." if book else "We have nothing like that at present."


@assistant.post("/api/chat")
@login_required
@limiter.limit("10/minute", key_func=lambda: f"chat:{g.customer.id}")
def chat():
    messages = ChatRequest().load(request.get_json())["messages"]
    reply = render(generate(messages[-1]["content"]))
    sent = sum(len(message["content"].split()) for message in messages)
    made = len(reply.split())
    return jsonify(
        object="chat.completion", choices=[{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": reply}}],
        usage={"prompt_tokens": sent, "completion_tokens": made, "total_tokens": sent + made},
    )
