"""Asking a service over HTTP: paced, patient, and sure of what it takes for an answer.

Built on `requests`, which goes through the proxy that ``HTTPS_PROXY`` names. Waiting and trying
again is done here and not by urllib3's ``Retry``: every try takes a token of the bucket, and the
clock is given from outside.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from projector import __version__
from projector.errors import FetchError, Problem
from projector.inputs.fetch.pace import Clock, TokenBucket

__all__ = ["Answer", "RefusedError", "Transport", "UnreachableError"]

_TRIES = 6
_FIRST_WAIT = 2.0
_LONGEST_WAIT = 120.0
"""Seconds. A service that asks for more is asked again by the next fetch."""

_CONNECT, _READ, _WHOLE = 15.0, 90.0, 600.0
"""Seconds until a connection, between two pieces of an answer, and for an answer in all."""

_LARGEST = 500_000_000
_PIECE = 1 << 16
_SHOWN = 160
_PASSING = frozenset({408, 425, 429})


class RefusedError(FetchError):
    """The service understood the question and will not answer it.

    Parameters
    ----------
    problem
        What it says.
    status
        Its HTTP status.
    said
        The words of its answer.
    """

    def __init__(self, problem: Problem, status: int, said: str) -> None:
        super().__init__(problem)
        self.status, self.said = status, said


class UnreachableError(FetchError):
    """No sound answer came, however often the service was asked."""


@dataclass(frozen=True)
class Answer:
    """A JSON answer: its bytes, and what they say."""

    content: bytes
    document: Any


class _UnsoundError(Exception):
    """An answer that is none; the message says why. ``wait`` is what the service asks for."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class Transport:
    """Asks, waits, and asks again.

    Parameters
    ----------
    bucket
        Every try takes a token of it.
    clock
        What waits.
    tell
        Told of every wait that a planner would notice.
    session
        Of `requests`; a new one where none is given.
    """

    def __init__(
        self,
        bucket: TokenBucket,
        clock: Clock,
        tell: Callable[[str], None],
        session: requests.Session | None = None,
    ) -> None:
        self._bucket, self._clock, self._tell = bucket, clock, tell
        self._session = session or requests.Session()
        self._session.headers["User-Agent"] = f"projector/{__version__}"
        self._session.headers["Accept"] = "application/json"

    def ask(
        self,
        method: str,
        address: str,
        *,
        parameters: Mapping[str, str] | None = None,
        body: object = None,
        tries: int = _TRIES,
    ) -> Answer:
        """Ask once, and again while the service is busy, away or not sound.

        Parameters
        ----------
        method
            ``GET`` or ``POST``.
        address
            The whole address but its parameters.
        parameters
            Of the address.
        body
            Sent as JSON.
        tries
            How often at most.

        Returns
        -------
        Answer

        Raises
        ------
        RefusedError
            If the service answers with a 4xx that waiting does not mend.
        UnreachableError
            If it is not reached, or answers 429 or 5xx, breaks off, or answers with something
            other than JSON, at every try.
        """
        for attempt in range(tries):
            waited = self._bucket.take()
            if waited > 1:
                self._tell(f"waited {waited:.0f} s, so as not to ask too often")
            try:
                return self._once(method, address, parameters, body)
            except _UnsoundError as error:
                why = str(error)
                wait = _FIRST_WAIT * 2**attempt if error.wait is None else error.wait
            if wait > _LONGEST_WAIT:
                message = f"{why}; it asks to be left alone for {wait:.0f} s"
                expected = "the same command later: what has come so far is kept"
                raise UnreachableError(Problem(address, message, expected=expected))
            if attempt + 1 < tries:
                self._tell(f"{address}: {why}; trying again in {wait:.0f} s")
                self._clock.sleep(wait)
        message = f"no answer after {tries} tries: {why}"
        expected = "the same command later: what has come so far is kept"
        raise UnreachableError(Problem(address, message, expected=expected))

    def _once(
        self, method: str, address: str, parameters: Mapping[str, str] | None, body: object
    ) -> Answer:
        """One try."""
        try:
            with self._session.request(
                method,
                address,
                params=parameters,
                json=body,
                stream=True,
                timeout=(_CONNECT, _READ),
            ) as response:
                content = self._content(response)
        except requests.exceptions.RequestException as error:
            raise _UnsoundError(_reason(error)) from error
        status = response.status_code
        if status in _PASSING or status >= 500:
            wait = self._retry_after(response.headers.get("Retry-After"))
            raise _UnsoundError(f"answer {status} {response.reason}", wait)
        if status != 200:
            said = _said(content)
            raise RefusedError(
                Problem(address, f"the service refuses: {status}", said or None), status, said
            )
        kind = response.headers.get("Content-Type", "")
        if "json" not in kind.lower():
            raise _UnsoundError(f"an answer of the kind '{kind}' where JSON was asked for")
        try:
            return Answer(content, json.loads(content.decode("utf-8")))
        except (UnicodeDecodeError, ValueError) as error:
            raise _UnsoundError(f"the answer breaks off, or is no JSON: {error}") from error

    def _content(self, response: requests.Response) -> bytes:
        """The whole answer, within the time and the size that an answer may take."""
        start, pieces, size = self._clock.now(), [], 0
        for piece in response.iter_content(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > _LARGEST:
                raise _UnsoundError(f"the answer is larger than {_LARGEST} bytes")
            if self._clock.now() - start > _WHOLE:
                raise _UnsoundError(f"the answer takes more than {_WHOLE:.0f} s")
        return b"".join(pieces)

    def _retry_after(self, header: str | None) -> float | None:
        """Seconds to wait, from a number of them or a date; None where there is neither."""
        if header is None:
            return None
        if header.strip().isdigit():
            return float(header.strip())
        try:
            until = parsedate_to_datetime(header)
        except ValueError:
            return None
        return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _reason(error: requests.exceptions.RequestException) -> str:
    """What went wrong, in the words of a planner."""
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy does not let the question through"
    if isinstance(error, requests.exceptions.SSLError):
        return f"the connection is not safe: {error}"
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the answer broke off"
    return f"no connection ({type(error).__name__})"


def _said(content: bytes) -> str:
    """The words of a refusal: PxWebApi 2 has ``title``, PxWebApi 1 ``error``."""
    text = content.decode("utf-8", errors="replace")
    try:
        document = json.loads(text)
    except ValueError:
        return " ".join(text.split())[:_SHOWN]
    if isinstance(document, dict):
        for key in ("title", "error", "detail", "message"):
            if isinstance(document.get(key), str):
                return str(document[key])[:_SHOWN]
    return text[:_SHOWN]
