"""`manage.py match_simulate`: what a matching rule would give. It needs no database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from birge_engine.matching.simulate import SimulationError, arguments, simulation_write


class Command(BaseCommand):
    """The engine's own simulation, `python -m birge_engine.matching.simulate`, beside the other commands."""

    help = "Say what a matching rule gives each project, from a file of contributions or of project sums."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the options of the engine."""
        arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the allocations, or one line of what was wrong and exit with 2."""
        try:
            simulation_write(
                options["rule"], options["contributions"], options["project_sums"], options["out"], self.stdout
            )
        except SimulationError as error:
            raise CommandError(str(error), returncode=2) from error
