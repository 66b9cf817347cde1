"""docker-compose.yml names only what exists, opens nothing to the world and holds no secret."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "birge"}
OWNERS = {"migrate", "backup"}


def ours(name: str) -> dict:
    return OURS[name]


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name):
    program, *arguments = ours(name)["command"]
    if program.startswith("deploy/"):
        assert os.access(ROOT / program, os.X_OK), f"{program} cannot be executed"
        rest = arguments[1:] if program == "deploy/every" else []
        program, *arguments = rest or ["true"]
    assert shutil.which(program, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"), program
    if arguments[:1] == ["manage.py"]:
        assert arguments[1] in get_commands()
    elif program == "python":
        assert (ROOT / arguments[0]).is_file()
    elif program == "gunicorn":
        module, attribute = arguments[0].split(":")
        source = Path(find_spec(module).origin).read_text()
        assert re.search(rf"^{attribute} = ", source, re.MULTILINE)


def test_every_command_of_the_migration_exists():
    wanted = re.findall(r"^python manage\.py (\S+)", (ROOT / "deploy" / "migrate.sh").read_text(), re.MULTILINE)
    assert wanted == ["migrate", "createcachetable", "load_places"]
    assert [name for name in wanted if name not in get_commands()] == []


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_ports_are_open_to_this_machine_only(name):
    assert [port for port in COMPOSE["services"][name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_no_secret_has_a_value_here(name):
    environment = COMPOSE["services"][name]["environment"]
    for key, text in environment.items():
        secrets = re.findall(r"\$\{(\w+)(:?.?)", str(text))
        assert all(how.startswith(":?") for secret, how in secrets if "PASSWORD" in secret or "SECRET" in secret)
        if "PASSWORD" in key or "SECRET" in key:
            assert secrets, f"{key} is written out"


@pytest.mark.parametrize("name", OURS)
def test_only_what_makes_tables_and_backups_works_as_their_owner(name):
    role = re.match(r"postgresql://(\w+):", ours(name)["environment"]["DATABASE_URL"])[1]
    assert role == ("birge_owner" if name in OWNERS else "birge_app")


def test_what_is_mounted_is_there_or_declared():
    for service in COMPOSE["services"].values():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], mount


def test_the_images_of_others_are_pinned():
    images = {service["image"] for service in COMPOSE["services"].values()} - {"birge"}
    bases = set(re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert [image for image in images | bases if ":" not in image or image.endswith(":latest")] == []


def test_the_clock_goes_on_after_a_failure():
    beats = subprocess.run(
        ["timeout", "--signal=TERM", "2", ROOT / "deploy" / "every", "0.2", "false"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert beats.stderr.count("every: false ended with 1") > 3
