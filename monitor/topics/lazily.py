"""Attributes worked out when first asked for, without the lock that `functools.cached_property` takes until Python 3.12.

A document has a dozen of them and is made for every article; the lock alone cost a tenth of a match.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801  # used as a decorator, like `property`
    """Turn a method into an attribute that is computed once and then kept in the instance. Not for sharing between threads."""

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work = work
        self._name = work.__name__
        self.__doc__ = work.__doc__

    def __get__(self, instance: Any, owner: type) -> T:
        """Compute the value and keep it where Python looks first from now on."""
        value = instance.__dict__[self._name] = self._work(instance)
        return value
