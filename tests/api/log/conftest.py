"""What the tests of the public log start from."""

import subprocess

import pytest

from funds.ledger.signing import Signer


@pytest.fixture
def signer(tmp_path):
    signer = Signer(tmp_path / "signer", "birge.test/ledger")
    signer.key_make()
    return signer


@pytest.fixture
def ask(client):
    """Ask below /ledger/ as curl would; the answer has to have this status."""

    def ask(path, status=200, method="get", **query):
        answer = getattr(client, method)(f"/ledger/{path}", {name.rstrip("_"): value for name, value in query.items()})
        assert answer.status_code == status, answer
        return answer

    return ask


@pytest.fixture
def run():
    """Run a program; it may say nothing but its answer."""

    def run(*command):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=120)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run
