"""Reading a rule: one object of JSON, field by field, with nothing guessed and nothing left unread."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeVar

from .amounts import amount_parse, exponent
from .model import RuleError

T = TypeVar("T")
_DECIMAL = re.compile(r"[0-9]{1,40}(\.[0-9]{1,40})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Fields:
    """The fields of one object. Each method reads one of them; null is the same as missing.

    All raise RuleError with the field's path (`parties[0].share`) if it holds what it cannot hold. `done` refuses
    what nobody has read, so that a misspelt cap is never silently no cap. `currency` says how amounts are read.
    """

    def __init__(self, data: object, *, currency: str = "", path: str = "") -> None:
        """Take `data`, which has to be an object; a rule's outermost one (no `path`) names its currency."""
        if not isinstance(data, Mapping):
            raise RuleError(path or "rule", "is an object with named fields")
        if not all(isinstance(key, str) for key in data):
            raise RuleError(path or "rule", "names of fields are text")
        self._data: Mapping[str, Any] = data
        self._path = path
        self._read: set[str] = set()
        self.currency = currency or self._currency()

    def _currency(self) -> str:
        code = self.needed("currency", self.text("currency"))
        try:
            exponent(code)
        except ValueError as error:
            raise RuleError(self.name("currency"), str(error)) from error
        return code

    def name(self, field: str) -> str:
        """Return the path of a field, as errors name it."""
        return f"{self._path}.{field}" if self._path else field

    def names(self) -> list[str]:
        """Return the names of all fields, where they are names of something else (projects, parties)."""
        return list(self._data)

    def raw(self, field: str) -> Any:
        """Return the field as it stands, None if it is missing."""
        self._read.add(field)
        return self._data.get(field)

    def needed(self, field: str, value: T | None) -> T:
        """Return `value`, which has just been read from `field`, and refuse its absence."""
        if value is None:
            raise RuleError(self.name(field), "is missing")
        return value

    def wrong(self, field: str, text: str) -> RuleError:
        """Return the error that says what is wrong with a field."""
        return RuleError(self.name(field), text)

    def text(self, field: str) -> str | None:
        """Read a text; an empty one is refused."""
        value = self.raw(field)
        if value is not None and not (isinstance(value, str) and value):
            raise self.wrong(field, "is text, not empty")
        return value

    def texts(self, field: str) -> tuple[str, ...] | None:
        """Read a list of texts; an empty one is refused, for it could mean all or none."""
        value = self.raw(field)
        if value is None:
            return None
        if not isinstance(value, list | tuple) or not value or not all(isinstance(x, str) and x for x in value):
            raise self.wrong(field, "is a list of texts, not empty")
        return tuple(value)

    def choice(self, field: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Read one of the words in `allowed`; without a default it is required."""
        value = self.raw(field)
        value = self.needed(field, default if value is None else value)
        if value not in allowed or not isinstance(value, str):
            raise self.wrong(field, f"is one of {', '.join(allowed)}")
        return value

    def flag(self, field: str, *, default: bool = False) -> bool:
        """Read true or false."""
        value = self.raw(field)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(field, "is true or false")
        return default if value is None else value

    def whole(self, field: str, *, least: int = 0, most: int | None = None) -> int | None:
        """Read a whole number, written as a number."""
        value = self.raw(field)
        if value is None:
            return None
        if type(value) is not int or value < least or (most is not None and value > most):
            limit = f"from {least} on" if most is None else f"from {least} to {most}"
            raise self.wrong(field, f"is a whole number {limit}")
        return value

    def amount(self, field: str) -> int | None:
        """Read an amount of money in units of the currency (decimal text or integer); returns smallest units."""
        value = self.raw(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise self.wrong(field, "is an amount: decimal text or a whole number, never a floating-point number")
        try:
            found = amount_parse(value, self.currency)
        except ValueError as error:
            raise self.wrong(field, str(error)) from error
        if found < 0:
            raise self.wrong(field, "an amount cannot be negative")
        return found

    def fraction(self, field: str, *, most: int | None = None) -> Fraction | None:
        """Read a number that is not negative: decimal text, integer, or {"num": 1, "den": 3}."""
        value = self.raw(field)
        if value is None:
            return None
        found = self._fraction(field, value)
        if found < 0 or (most is not None and found > most):
            raise self.wrong(field, "cannot be negative" if found < 0 else f"cannot be more than {most}")
        return found

    def _fraction(self, field: str, value: object) -> Fraction:
        if type(value) is int:
            return Fraction(value)
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            return Fraction(value)
        if isinstance(value, Mapping):
            parts = Fields(value, currency=self.currency, path=self.name(field))
            above = parts.needed("num", parts.whole("num"))
            below = parts.needed("den", parts.whole("den", least=1))
            parts.done()
            return Fraction(above, below)
        raise self.wrong(field, 'is decimal text, a whole number or {"num": …, "den": …}')

    def day(self, field: str) -> str | None:
        """Read a day as ISO text, YYYY-MM-DD."""
        value = self.text(field)
        if value is None:
            return None
        try:
            if _DAY.fullmatch(value):
                return datetime.date.fromisoformat(value).isoformat()
        except ValueError:
            pass
        raise self.wrong(field, "is a day: YYYY-MM-DD")

    def inner(self, field: str) -> Fields | None:
        """Read an object; call `done` on it, too."""
        value = self.raw(field)
        return None if value is None else Fields(value, currency=self.currency, path=self.name(field))

    def rows(self, field: str) -> list[Fields]:
        """Read a list of objects, at least one; call `done` on each."""
        value = self.needed(field, self.raw(field))
        if not isinstance(value, list | tuple) or not value:
            raise self.wrong(field, "is a list with at least one entry")
        path = self.name(field)
        return [Fields(each, currency=self.currency, path=f"{path}[{index}]") for index, each in enumerate(value)]

    def amounts(self, field: str) -> dict[str, int]:
        """Read an object of amounts: name → smallest units."""
        inside = self.inner(field)
        if inside is None:
            return {}
        return {name: inside.needed(name, inside.amount(name)) for name in inside.names()}

    def fractions(self, field: str) -> dict[str, Fraction] | None:
        """Read an object of numbers: name → number, not negative."""
        inside = self.inner(field)
        if inside is None:
            return None
        return {name: inside.needed(name, inside.fraction(name)) for name in inside.names()}

    def done(self) -> None:
        """Refuse what nobody has read. Raises RuleError for the first such field."""
        for field in self._data:
            if field not in self._read:
                raise self.wrong(field, "is not known here")
