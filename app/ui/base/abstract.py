"""Widgets with abstract methods: Qt's own way of making objects asks nobody whether they are
complete, so this metaclass does."""

from __future__ import annotations

from abc import ABCMeta
from typing import Any

from PySide6.QtWidgets import QWidget

_OfQt: Any = type(QWidget)


class AbstractWidget(ABCMeta, _OfQt):  # type: ignore[misc]  # the metaclass has no name in Qt
    """The metaclass of a widget class with ``abstractmethod``s. Raises ``TypeError`` that names
    what is missing when somebody makes one of an incomplete class."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        missing = ", ".join(sorted(cls.__abstractmethods__))
        if missing:
            raise TypeError(f"{cls.__name__} is incomplete: {missing}")
        return super().__call__(*args, **kwargs)
