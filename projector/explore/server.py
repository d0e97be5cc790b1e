"""The server of the page: this machine alone, one page, one question.

What it must withstand is another page in the same browser, and whoever else has an account on the
machine: it listens on the loopback address alone, answers only to its own name (no other name that
is made to point here), answers questions only from its own page (its token and its origin), reads
no name of a file from anybody, and takes nothing that is large or many.
"""

import json
import secrets
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from projector.errors import ProjectorError
from projector.explore.answer import Asked
from projector.explore.page import answer_html, page_html, template_of
from projector.explore.session import Session
from projector.explore.telling import answer_of, asks_for_staff
from projector.outputs.words import Language
from projector.tables import LANGUAGES

__all__ = ["HOST", "LARGEST", "application", "origin_of"]

HOST = "127.0.0.1"
"""The only address that it listens on."""
LARGEST = 64 * 1024
"""Bytes of a question: every control of a large scenario moved is less."""
_MOST_MOVED = 2000
_LONGEST_TEXT = 200
_WAITING = 2
"""Questions that wait for the engine, that of a second window among them; more are sent away."""
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def origin_of(port: int) -> str:
    """Where the page is."""
    return f"http://{HOST}:{port}"


@dataclass(frozen=True)
class _RefusalError(Exception):
    """A request that is not from the page."""

    status: int
    reason: str


def application(session: Session, port: int, language: Language) -> Flask:
    """The server of a session.

    Parameters
    ----------
    session
        From `projector.explore.session.open_session`.
    port
        The port that it will listen on: a request says it under ``Host``.
    language
        Of the page that nobody has chosen a language for.

    Returns
    -------
    Flask
        A WSGI application. Its ``config["TOKEN"]`` is what a question of the page bears.
    """
    app = Flask("projector.explore", static_folder=None, template_folder=None)
    app.config |= {
        "MAX_CONTENT_LENGTH": LARGEST,
        "TOKEN": secrets.token_urlsafe(32),
        "PROPAGATE_EXCEPTIONS": False,
    }
    token: str = app.config["TOKEN"]
    engine, queue = threading.Lock(), threading.BoundedSemaphore(1 + _WAITING)
    hosts = {f"{HOST}:{port}", f"localhost:{port}"}

    @app.before_request
    def refuse_others() -> None:
        if request.headers.get("Host") not in hosts:
            raise _RefusalError(403, "this is not the name of the page")
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise _RefusalError(403, "another page may not ask")

    @app.after_request
    def guard(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers[name] = value
        return response

    @app.get("/")
    def page() -> Response:
        asked = request.args.get("language", language)
        chosen = next((one for one in LANGUAGES if one == asked), language)
        with engine:
            return Response(page_html(session, token, chosen), mimetype="text/html")

    @app.get("/explore.js")
    def script() -> Response:
        return Response(template_of("explore.js"), mimetype="text/javascript")

    @app.get("/style.css")
    def style() -> Response:
        return Response(template_of("style.css"), mimetype="text/css")

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)

    @app.post("/figures")
    def figures() -> tuple[dict[str, Any], int]:
        _refuse_other_pages(token, hosts)
        if not queue.acquire(blocking=False):
            raise _RefusalError(429, "too many questions at once")
        try:
            moved, asked, first = _question(_json(request.get_data()), language)
            with engine:
                return _figures(session, moved, asked, first=first), 200
        finally:
            queue.release()

    @app.errorhandler(_RefusalError)
    def refused(error: _RefusalError) -> tuple[dict[str, Any], int]:
        return {"problems": [error.reason]}, error.status

    @app.errorhandler(ProjectorError)
    def wrong(error: ProjectorError) -> tuple[dict[str, Any], int]:
        return {"problems": [str(problem) for problem in error.problems]}, 422

    @app.errorhandler(HTTPException)
    def unknown(error: HTTPException) -> tuple[dict[str, Any], int]:
        return {"problems": [error.name]}, error.code or 500

    @app.errorhandler(Exception)
    def broken(error: Exception) -> tuple[dict[str, Any], int]:
        traceback.print_exception(error, file=sys.stderr)
        return {"problems": [f"internal error: {type(error).__name__}; see the terminal"]}, 500

    return app


def _refuse_other_pages(token: str, hosts: set[str]) -> None:
    """A question comes from the page itself: it has its origin, and knows its token."""
    origin = request.headers.get("Origin", "")
    if origin not in {f"http://{host}" for host in hosts}:
        raise _RefusalError(403, "another page may not ask")
    given = request.headers.get("X-Projector-Token", "")
    if not secrets.compare_digest(given.encode(), token.encode()):
        raise _RefusalError(403, "the page is of another session; load it again")
    if request.mimetype != "application/json":
        raise _RefusalError(415, "a question is JSON")


def _json(content: bytes) -> object:
    """What the page sent; nested too deeply it is as wrong as any other text."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise _RefusalError(400, "a question is JSON") from None


def _question(said: object, language: Language) -> tuple[dict[str, str], Asked, bool]:
    """What the page asks, held to its form; what the words mean is held to the session later.

    Last, whether it asks for a first answer, which may lack the staff.
    """
    if not isinstance(said, dict):
        raise _RefusalError(400, "a question is a map")
    moved = said.get("moved", {})
    texts = [said.get(key, "") for key in ("region", "result", "part")]
    year, first = said.get("year"), said.get("first", False)
    chosen = next((one for one in LANGUAGES if one == said.get("language", language)), None)
    fits = (
        isinstance(moved, dict)
        and len(moved) <= _MOST_MOVED
        and all(isinstance(text, str) and len(text) <= _LONGEST_TEXT for text in moved.values())
        and all(isinstance(text, str) and len(text) <= _LONGEST_TEXT for text in texts)
        and isinstance(year, int)
        and not isinstance(year, bool)
        and isinstance(first, bool)
        and chosen is not None
    )
    if not fits:
        raise _RefusalError(400, "the question has another form")
    assert isinstance(moved, dict)
    assert isinstance(year, int)
    assert chosen is not None
    region, result, part = texts
    assert isinstance(first, bool)
    return moved, Asked(region, result, part, year, chosen), first


def _figures(
    session: Session, moved: Mapping[str, str], asked: Asked, *, first: bool = False
) -> dict[str, Any]:
    """The answer; a first one to a question about anything else than staff is without staff."""
    began = time.perf_counter()
    text = session.text(moved, asked.language)
    whole = not first or asks_for_staff(asked)
    results = session.run(text, staff=whole)
    ran = time.perf_counter()
    names = session.names(asked.language)
    html = answer_html(answer_of(session, results, asked), names, asked.year)
    told = time.perf_counter()
    return {
        "html": html,
        "file": text,
        "whole": whole,
        "walked": session.walked,
        "milliseconds": {"run": 1000 * (ran - began), "all": 1000 * (told - began)},
    }
