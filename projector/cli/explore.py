"""``projector explore``: the what-if page of a scenario, on this machine."""

import errno
import socket
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from projector.errors import Problem, UsageError
from projector.outputs.words import word

if TYPE_CHECKING:
    from projector.outputs.words import Language

__all__ = ["explore_scenario"]

_THREADS = 4
_CONNECTIONS = 32
_SECONDS = 20


def explore_scenario(
    path: Path, other: Path | None, *, port: int, browser: bool, language: "Language"
) -> None:
    """Serve the page until somebody ends it.

    Parameters
    ----------
    path
        The scenario file.
    other
        Another file to compare with; None is none.
    port
        On the loopback address; 0 is any that is free.
    browser
        Whether to open the page.
    language
        ``nb`` or ``en``.

    Raises
    ------
    UsageError
        If what it takes is not installed, the port is taken, or the files have other years.
    ProjectorError
        As `projector.run` does.
    """
    lacking = [name for name in ("flask", "jinja2", "waitress") if find_spec(name) is None]
    if lacking:
        raise UsageError(
            Problem(
                where="explore",
                message=f"the page needs {', '.join(lacking)}, which is not installed",
                expected="pip install 'projector[explore]'",
            )
        )
    from waitress.server import create_server  # type: ignore[import-untyped]

    from projector.explore.server import HOST, LARGEST, application, origin_of
    from projector.explore.session import open_session

    listening = _listening(HOST, port)
    with listening:
        bound = int(listening.getsockname()[1])
        session = open_session(path, other)
        server = create_server(
            application(session, bound, language),
            sockets=[listening],
            threads=_THREADS,
            connection_limit=_CONNECTIONS,
            channel_timeout=_SECONDS,
            max_request_body_size=LARGEST,
            max_request_header_size=LARGEST,
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
        url = origin_of(bound)
        scenario = session.scenario.scenario
        click.echo(word("explore serving", language, scenario=scenario, url=url))
        if browser:
            webbrowser.open(url)
        try:
            server.run()
        finally:
            server.close()


def _listening(host: str, port: int) -> socket.socket:
    """A socket on the port, before anything that takes time."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Without it a port stays taken for some minutes after the page was ended.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        taken = error.errno == errno.EADDRINUSE
        raise UsageError(
            Problem(
                where="--port",
                message="another program has this port" if taken else "the port is not allowed",
                found=str(port),
                expected="another port, or 0 for any that is free",
            )
        ) from None
    return listening
