"""Files of places for tests: the invented units of `data/lineage.csv`, with changes."""

import csv
from pathlib import Path

from birge.places.reading import COLUMNS

LINEAGE = Path(__file__).parent / "data" / "lineage.csv"


def invented_rows() -> list[dict[str, str]]:
    """Return the rows of the invented units."""
    with LINEAGE.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows to a file and return it."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def with_change(path: Path, code: str, /, **cells: str) -> Path:
    """Write the invented units with other cells in the first row of a code."""
    rows = invented_rows()
    next(row for row in rows if row["soate"] == code).update(cells)
    return written(path, rows)


def without(path: Path, *codes: str) -> Path:
    """Write the invented units without those of some codes."""
    return written(path, [row for row in invented_rows() if row["soate"] not in codes])
