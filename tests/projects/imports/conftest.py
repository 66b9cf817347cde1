"""A village office with its clerk, and the command as they would type it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from birge.accounts.models import User
from birge.organisations.models import Organisation, Role
from birge.places.models import Place
from tests.factories.funds import aimak_and_village, officer_of, organisation

GOOD = """id;title_ru;category;cost;share_donors;share_village
1;Свет на улице;light;320000;160000;160 000
2;Чистая вода;вода;270 000,50 сом;135000,50;135000
"""


@dataclass(frozen=True)
class Answer:
    """What the command said and how it ended."""

    status: int
    out: str
    err: str


@dataclass
class VillageOffice:
    """A village, its administration, and the clerk who imports."""

    village: Place
    administration: Organisation
    clerk: User
    folder: Path

    def file(self, content: str | bytes, name: str = "list.csv") -> Path:
        """Write a file for the clerk."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def imports(self, content: str | bytes | Path, *options: str) -> Answer:
        """Run the command on this list for the clerk's village."""
        path = content if isinstance(content, Path) else self.file(content)
        out, err = StringIO(), StringIO()
        place = [] if "--village" in options else ["--village", self.village.soate]
        try:
            call_command(
                "import_projects", str(path), "--actor", self.clerk.email, *place, *options, stdout=out, stderr=err
            )
        except CommandError as refusal:
            return Answer(refusal.returncode, out.getvalue(), f"{err.getvalue()}{refusal}")
        return Answer(0, out.getvalue(), err.getvalue())


@pytest.fixture
def office(db: None, tmp_path: Path) -> VillageOffice:
    aimak, village = aimak_and_village()
    administration = organisation("village_administration", aimak)
    return VillageOffice(village, administration, officer_of(administration, Role.FOCAL_POINT), tmp_path)


@pytest.fixture
def mapping(office: VillageOffice) -> Callable[[str], str]:
    """Write a mapping file and return its path."""
    return lambda text: str(office.file(text, "map.toml"))
