"""A million gifts as columns of numbers (numpy) instead of a million objects; read as objects where that is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from . import numeric
from .model import Gift

SOME = 65_536  # rows that are objects at one time


@dataclass(frozen=True, eq=False)
class Columns(Sequence[Gift]):
    """Gifts by column, in the order of the file.

    `project`, `donor`: indices into `project_ids` (sorted) and `donor_ids`; `amount`: smallest units, whose sum is
    below 2**62. `ordered` returns the indices by (at, id).
    """

    project_ids: Sequence[str]
    donor_ids: Sequence[str]
    ids: Sequence[str]
    at: Sequence[str]
    project: Any
    donor: Any
    amount: Any
    ordered: Callable[[], Any]

    def __len__(self) -> int:
        """Return how many gifts there are."""
        return len(self.amount)

    def __iter__(self) -> Iterator[Gift]:
        """Go through all gifts as objects; they share the names of their projects and donors."""
        projects, donors, texts = self.project_ids, list(self.donor_ids), zip(self.ids, self.at, strict=True)
        for begin in range(0, len(self), SOME):
            columns = (each[begin : begin + SOME].tolist() for each in (self.project, self.donor, self.amount))
            for project, donor, amount in zip(*columns, strict=True):
                gift_id, at = next(texts)
                yield Gift(gift_id, projects[project], donors[donor], amount, at)

    @overload
    def __getitem__(self, index: int) -> Gift: ...
    @overload
    def __getitem__(self, index: slice) -> list[Gift]: ...
    def __getitem__(self, index: int | slice) -> Gift | list[Gift]:
        """Return one gift as an object."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return Gift(
            id=self.ids[index],
            project=self.project_ids[self.project[index]],
            donor=self.donor_ids[self.donor[index]],
            amount=int(self.amount[index]),
            at=self.at[index],
        )


def columns_from(gifts: Iterable[Gift]) -> Columns | None:
    """Return the gifts as columns; None without numpy, for amounts too large, or for gifts with more to know."""
    np, rows = numeric.np, list(gifts)
    if np is None or sum(abs(gift.amount) for gift in rows) >= numeric.LARGEST or any(map(_says_more, rows)):
        return None
    projects = sorted({gift.project for gift in rows})
    donors = sorted({gift.donor for gift in rows})
    project_of, donor_of = ({name: index for index, name in enumerate(names)} for names in (projects, donors))
    return Columns(
        project_ids=projects,
        donor_ids=donors,
        ids=[gift.id for gift in rows],
        at=[gift.at for gift in rows],
        project=np.array([project_of[gift.project] for gift in rows], np.int64),
        donor=np.array([donor_of[gift.donor] for gift in rows], np.int64),
        amount=np.array([gift.amount for gift in rows], np.int64),
        ordered=lambda: np.array(sorted(range(len(rows)), key=lambda i: (rows[i].at, rows[i].id)), np.int64),
    )


def _says_more(gift: Gift) -> bool:
    return bool(gift.payer) or not gift.confirmed or gift.first_time is not None
