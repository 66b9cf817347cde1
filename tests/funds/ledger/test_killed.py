"""Writers and the sequencer are killed at random moments, and nothing is lost, doubled, skipped or contradicted."""

import itertools
import multiprocessing
import os
import random
import time

import pytest
from django.db import connections, transaction

from birge_engine.merkle import check_consistency
from birge_engine.note import checkpoint_open
from funds.ledger import codes
from funds.ledger.checks import check_ledger
from funds.ledger.models import Checkpoint, Command, Entry, LogLeaf, Outbox
from funds.ledger.posting import command_finish, command_open, post
from funds.ledger.proofs import proof_of_consistency
from funds.ledger.sequencing import sequence, sequence_all
from funds.ledger.signing import Signer
from tests.factories.ledger import BANK, K, draft

KILLS, WRITERS = 200, 3
HOT = codes.held_project("AAAA2222", "BBBB3333")
fork = multiprocessing.get_context("fork")


def write(number, acknowledged):
    """Post until killed; what is not acknowledged is tried again with the same key."""
    done = len(acknowledged.read_text().splitlines())
    with acknowledged.open("a") as file:
        for n in itertools.count(done):
            key = f"{number}-{n}"
            with transaction.atomic():
                opened = command_open(scope="killed", key=key, request={"n": n})
                if not opened.replayed:
                    post(command=opened.command, drafts=[draft(K.PAYMENT_RECEIVED, (BANK, n + 1), (HOT, -n - 1))])
                    command_finish(opened.command, key)
            file.write(f"{key}\n")
            file.flush()


def log(folder):
    """Take entries and sign until killed."""
    signer = Signer(folder, "birge.test/ledger")
    while True:
        sequence(signer=signer, at_once=7)


def start(target, *arguments):
    connections.close_all()
    process = fork.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def kill_at_random(folder, lists, chance):
    running = {n: start(write, n, path) for n, path in enumerate(lists)} | {
        "log": start(log, folder),
        "another log": start(log, folder),
    }
    for _n in range(KILLS):
        time.sleep(chance.uniform(0.001, 0.06))
        victim = chance.choice([*running, "log", "another log"])
        running[victim].kill()
        running[victim].join()
        running[victim] = start(log, folder) if isinstance(victim, str) else start(write, victim, lists[victim])
    for process in running.values():
        process.kill()
        process.join()


@pytest.mark.slow
@pytest.mark.postgresql  # once: processes die where production runs
@pytest.mark.django_db(transaction=True)
def test_two_hundred_kills_lose_double_skip_and_contradict_nothing(tmp_path):
    signer = Signer(tmp_path / "signer", "birge.test/ledger")
    signer.key_make()
    lists = [tmp_path / f"acknowledged-{n}" for n in range(WRITERS)]
    for path in lists:
        path.touch()
    seed = int(os.environ.get("BIRGE_SEED", time.time_ns()))
    kill_at_random(signer.folder, lists, random.Random(seed))
    time.sleep(0.5)  # what was killed within a statement is still being undone

    sequence_all(signer=signer)
    acknowledged = {line for path in lists for line in path.read_text().splitlines()}
    written = set(Command.objects.values_list("key", flat=True))
    assert acknowledged <= written, seed
    assert len(written - acknowledged) <= WRITERS, seed
    assert Entry.objects.count() == len(written) > 50
    assert not Outbox.objects.exists()
    assert LogLeaf.objects.count() == len(written)
    assert check_ledger() == [], seed

    heads = {each.size: checkpoint_open(each.note, signer.key()) for each in Checkpoint.objects.order_by("size")}
    assert len(heads) > 20
    pairs = list(itertools.pairwise(heads)) + [tuple(sorted(random.sample(list(heads), 2))) for _n in range(200)]
    for first, size in pairs:
        proof = proof_of_consistency(first, size)
        check_consistency(first, size, heads[first].root, heads[size].root, proof)
