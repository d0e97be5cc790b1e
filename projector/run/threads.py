"""One thread for matrix products: the same bytes whatever the number of cores.

A BLAS library adds in another order with another number of threads, which changes last digits.
The products here are many and small, too, and threads that wait for one another make them slower.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

__all__ = ["in_one_thread"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def in_one_thread(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Decorator of a function that multiplies matrices."""

    @wraps(function)
    def limited(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        with threadpool_limits(limits=1, user_api="blas"):
            return function(*arguments, **named)

    return limited
