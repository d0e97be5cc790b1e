"""Processes that tests start."""

import signal

__all__ = ["hear_ctrl_c"]


def hear_ctrl_c() -> None:
    """What a process does first that is to end by Ctrl-C.

    A shell has what it starts in the background ignore it, and so would all that comes of that.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
