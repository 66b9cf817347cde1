"""What the tests of the verifier's pools and rounds start from."""

import shutil

import pytest

from birge_engine.verify.cli import main


@pytest.fixture
def verify(tmp_path, capsys):
    """Check what is told; return the exit status and what was said."""

    def verify(told, name="export"):
        shutil.rmtree(tmp_path / name, ignore_errors=True)
        status = main([str(told.export(tmp_path / name))])
        return status, capsys.readouterr().out

    return verify
