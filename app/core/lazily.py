"""Values of an object that are worked out when first asked for."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")
# Asking an object for its `__dict__` has one made that was not there before.
_set = object.__setattr__


class lazily(Generic[T]):
    """As `functools.cached_property`, for objects with a `__dict__`. That of Python 3.11 takes a lock each time, which
    costs as much as most of what it guards; here two threads may both work the value out, and either will do."""

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work = work
        self._name = work.__name__
        self.__doc__ = work.__doc__

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> "lazily[T]": ...

    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...

    def __get__(self, instance: object | None, owner: type | None = None) -> "T | lazily[T]":
        if instance is None:
            return self
        value = self._work(instance)
        _set(instance, self._name, value)
        return value
