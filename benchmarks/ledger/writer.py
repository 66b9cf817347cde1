"""One process of writers: posts through the ledger's own door for some seconds and prints what it managed, as JSON.

python writer.py WAY SPREAD THREADS SECONDS SEED     WAY: service | call | batch     SPREAD: spread | hot
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform"), str(ROOT / "engine")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "birge.settings.tests")
ACCOUNTS = 1_000
BATCH = 500


def main() -> None:
    """Run the threads and print the sum."""
    way, spread, threads, seconds, seed = sys.argv[1:6]
    import django

    django.setup()
    run = Run(way, spread, float(seconds))
    workers = [threading.Thread(target=run.write, args=(f"{seed}-{n}",)) for n in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.stdout.write(json.dumps({"entries": run.entries, "seconds": run.took, "calls": sorted(run.calls)}))


class Run:
    """What all threads share."""

    def __init__(self, way: str, spread: str, seconds: float) -> None:
        self.way, self.hot, self.seconds = way, spread == "hot", seconds
        self.entries, self.calls, self.took = 0, [], 0.0
        self.lock = threading.Lock()

    def write(self, seed: str) -> None:
        """Post until the time is over."""
        from django.db import connection

        chance = random.Random(seed)
        post = {"service": self._service, "call": self._call, "batch": self._batch}[self.way]
        begun, entries, calls, n = time.perf_counter(), 0, [], 0
        while (now := time.perf_counter()) - begun < self.seconds:
            entries += post(chance, f"{seed}-{n}")
            calls.append(time.perf_counter() - now)
            n += 1
        took = time.perf_counter() - begun
        connection.close()
        with self.lock:
            self.entries += entries
            self.calls += calls
            self.took = max(self.took, took)

    def _draft(self, chance: random.Random):
        from funds.ledger import codes
        from funds.ledger.kinds import EntryKind
        from funds.ledger.posting import AccountKey, EntryDraft, Leg

        place = 0 if self.hot else chance.randrange(ACCOUNTS)
        custodian, project = f"cccc{place:06d}", f"pppp{place:06d}"
        amount = chance.randrange(1, 1_000_000)
        return EntryDraft(
            EntryKind.PAYMENT_RECEIVED,
            [
                Leg(AccountKey(codes.bank(custodian), "KGS"), amount),
                Leg(AccountKey(codes.held_project(custodian, project), "KGS"), -amount),
            ],
            group=project,
            commitment="c0" * 32,
        )

    def _service(self, chance: random.Random, key: str) -> int:
        from django.db import transaction

        from funds.ledger.posting import command_finish, command_open, post

        with transaction.atomic():
            command = command_open(scope="benchmark", key=key, request={"key": key}).command
            post(command=command, drafts=[self._draft(chance)])
            command_finish(command, key)
        return 1

    def _call(self, chance: random.Random, key: str) -> int:
        from funds.ledger.posting import post_once

        post_once(scope="benchmark", key=key, request={"key": key}, drafts=[self._draft(chance)], result_ref=key)
        return 1

    def _batch(self, chance: random.Random, key: str) -> int:
        from django.db import transaction

        from funds.ledger.posting import command_finish, command_open, post

        with transaction.atomic():
            command = command_open(scope="benchmark", key=key, request={"key": key}).command
            post(command=command, drafts=[self._draft(chance) for _n in range(BATCH)])
            command_finish(command, key)
        return BATCH


if __name__ == "__main__":
    main()
