"""`manage.py refunds_work`: work off divisions of money, all that wait or those of one project. Safe to repeat."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from funds.settlement.services import batch_work, batches_waiting
from projects.works.models import Project


class Command(BaseCommand):
    """Give back what needs no officer; killed anywhere, the next run takes it up again."""

    help = "Work off the refunds of failed projects and what was left over: all that needs no officer."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a project, by its public id."""
        parser.add_argument("--project", default="", help="only this project's (public id)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once and say how far it came; exit with an error if something was refused."""
        ref = options["project"]
        if ref and not Project.objects.filter(public_id=ref).exists():
            raise CommandError(f"no project {ref}")
        failed: list[str] = []
        for batch in batches_waiting():
            if ref in ("", batch.project.public_id):
                failed += batch_work(batch)
                done, parts = batch.parts.filter(status="done").count(), batch.parts.count()
                self.stdout.write(f"{batch.project.public_id} {batch.public_id}: {done} of {parts} are back")
        if failed:
            raise CommandError("refused for: " + ", ".join(failed))
