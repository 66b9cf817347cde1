"""Bring the units of Kyrgyzstan into the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from birge.places.reading import PlacesFileError
from birge.places.services import DATA, Loaded, ManyPlacesEnded, places_load

MOST_TOLD = 100


class Command(BaseCommand):
    """`load_places [--file PATH] [--end-many]`: can be run again; deletes nothing; loads all or nothing."""

    help = "Load oblasts, districts, ayil aimaks, towns and villages with their codes. Can be run again without harm."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say what the command takes."""
        parser.add_argument("--file", type=Path, default=DATA, help="CSV as told in places/data/SOURCE.md")
        parser.add_argument("--end-many", action="store_true", help="let the file lack many of the units we know")

    def handle(self, *args: Any, file: Path, end_many: bool, **options: Any) -> None:
        """Do it, and say what was done."""
        try:
            loaded = places_load(file, end_many=end_many)
        except PlacesFileError as error:
            for problem in error.problems[:MOST_TOLD]:
                column = f", {problem.column}" if problem.column else ""
                self.stderr.write(f"line {problem.line}{column}: {problem.reason}")
            raise CommandError(str(error)) from error
        except ManyPlacesEnded as error:
            raise CommandError(f"{error} If it is, add --end-many.") from error
        except OSError as error:
            raise CommandError(f"The file {file} cannot be read: {error.strerror}.") from error
        self.stdout.write(summary(loaded))


def summary(loaded: Loaded) -> str:
    """Return one line for the operator, and a second one where lineage changed."""
    line = f"Places: made {loaded.made}, changed {loaded.changed}, unchanged {loaded.unchanged}"
    if loaded.ended:
        line += f", ended {loaded.ended} that the file no longer has"
    if loaded.steps_made or loaded.steps_changed or loaded.steps_removed:
        line += f".\nLineage: made {loaded.steps_made}, changed {loaded.steps_changed}, removed {loaded.steps_removed}"
    return f"{line}."
