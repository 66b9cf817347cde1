"""The public log as programs ask for it: what is given, what is refused, and how long it may be kept."""

import base64
import io
import tarfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.log import views
from birge_engine.leaf import leaf_decode
from birge_engine.merkle import ProofError, check_consistency, check_inclusion, hash_leaf, root_of
from birge_engine.note import COSIGNATURE, Note, checkpoint_open, key_of, key_parse, note_check, note_cosign, note_parse
from birge_engine.verify import cli
from birge_engine.verify.sources import source_open
from funds.ledger.models import Checkpoint, Cosignature
from funds.ledger.publishing import archive_write
from funds.ledger.sequencing import sequence
from tests.factories.ledger import BANK, HELD, K, draft, posted, received

pytestmark = pytest.mark.django_db

FOR_EVER = "public, max-age=31536000, immutable"
SHORTLY = "public, max-age=2"
HOUR = "public, max-age=3600"
TEXT = "text/plain; charset=utf-8"
GIVEN = ["checkpoint", "checkpoint/7", "entries?start=0&end=5", "proof/inclusion?index=3&size=11",
         "proof/consistency?from=7&to=11", "key", "rules.json", "projects.json?size=7", "export"]  # fmt: skip
FAR = 2**53 - 1
BAD_NUMBERS = ["", "x", "-1", "1.5", "1e3", "+1", " 1", "0x10", "٣", "1_0", str(2**53), "9" * 16, "9" * 400, "\0"]
WITNESS, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (1, 2))


@pytest.fixture(autouse=True)
def exports(settings, tmp_path):
    settings.LEDGER_EXPORTS = tmp_path / "exports"
    return settings.LEDGER_EXPORTS


@pytest.fixture
def log(signer):
    """Eleven entries that were signed when they were seven, and then; a twelfth one waits. Return the eleven leaves."""
    posted(*[draft(K.PAYMENT_RECEIVED, (BANK, n), (HELD, -n)) for n in range(1, 8)])
    sequence(signer=signer)
    posted(*[draft(K.PAYMENT_RECEIVED, (BANK, n), (HELD, -n)) for n in range(8, 12)])
    sequence(signer=signer)
    received(12)
    return _leaves()


def _leaves():
    from funds.ledger.models import LogLeaf

    return [bytes(leaf) for leaf in LogLeaf.objects.order_by("index").values_list("entry__leaf", flat=True)]


def hashes(answer):
    return [base64.b64decode(line, validate=True) for line in answer.content.split()]


def roots():
    return {each.size: bytes(each.root) for each in Checkpoint.objects.all()}


def test_the_newest_checkpoint_is_signed_by_the_key_that_is_published(log, ask, signer):
    answer, key = ask("checkpoint"), ask("key")
    signed = checkpoint_open(answer.content.decode(), key_parse(key.content.decode()))
    assert key_parse(key.content.decode()) == signer.key()
    assert (signed.origin, signed.size, signed.root) == ("birge.test/ledger", 11, root_of(map(hash_leaf, log)))
    assert (answer["Content-Type"], answer["Cache-Control"]) == (TEXT, SHORTLY)
    assert (key["Content-Type"], key["Cache-Control"]) == (TEXT, HOUR)


def test_an_earlier_checkpoint_can_still_be_had(log, ask, signer):
    answer = ask("checkpoint/7")
    assert checkpoint_open(answer.content.decode(), signer.key()).root == root_of(map(hash_leaf, log[:7]))
    assert (answer["Content-Type"], answer["Cache-Control"]) == (TEXT, HOUR)
    assert ask("checkpoint/11").content == ask("checkpoint").content


@pytest.mark.parametrize("size", ["0", "8", "12", str(2**63), "9" * 60, "9" * 5000, "-7", "x", "7.0", ""])
def test_there_is_no_checkpoint_of_another_size(log, ask, size):
    ask(f"checkpoint/{size}", 404)


@pytest.mark.parametrize(
    ("start", "end", "expected", "cache"),
    [
        (0, 11, slice(0, 11), FOR_EVER),
        (0, 1, slice(0, 1), FOR_EVER),
        (3, 7, slice(3, 7), FOR_EVER),
        (10, 11, slice(10, 11), FOR_EVER),
        (10, 12, slice(10, 11), SHORTLY),
        (0, FAR, slice(0, 11), SHORTLY),
        (11, 12, slice(0, 0), SHORTLY),
        (FAR - 1, FAR, slice(0, 0), SHORTLY),
        ("007", "0000000000000011", slice(7, 11), FOR_EVER),
    ],
)
def test_entries_are_the_leaves_of_a_stretch_one_a_line(log, ask, start, end, expected, cache):
    answer = ask("entries", start=start, end=end)
    assert answer.content == b"".join(leaf + b"\n" for leaf in log[expected])
    assert answer["Content-Type"] == "application/jsonl; charset=utf-8"
    assert answer["Cache-Control"] == cache


def test_what_no_checkpoint_covers_is_not_given(log, ask, signer):
    assert len(ask("entries", start=0, end=100).content.splitlines()) == 11
    sequence(signer=signer)
    lines = ask("entries", start=0, end=100).content.splitlines()
    assert len(lines) == 12
    assert leaf_decode(lines[11])["postings"][0]["amount"] == 12


def test_one_gets_five_thousand_entries_at_most_and_asks_again_from_there(log, ask, signer, monkeypatch):
    assert views.MOST_LINES == 5_000
    monkeypatch.setattr(views, "MOST_LINES", 4)
    pages = [ask("entries", start=start, end=1_000) for start in (0, 4, 8)]
    assert b"".join(page.content for page in pages) == b"".join(leaf + b"\n" for leaf in log)
    assert [page["Cache-Control"] for page in pages] == [FOR_EVER, FOR_EVER, SHORTLY]


def test_of_a_long_log_one_gets_five_thousand_entries(ask, signer):
    received(1)
    posted(*[draft(K.PAYMENT_RECEIVED, (BANK, n), (HELD, -n)) for n in range(1, 5_006)])
    sequence(signer=signer, at_once=10_000)
    first = ask("entries", start=1, end=9_000)
    assert len(first.content.splitlines()) == 5_000
    assert first["Cache-Control"] == FOR_EVER
    rest = ask("entries", start=5_001, end=9_000)
    assert first.content.splitlines() + rest.content.splitlines() == _leaves()[1:]


@pytest.mark.parametrize("query", [{"start": 5, "end": 5}, {"start": 6, "end": 5}, {"end": 5}, {"start": 5}, {}])
def test_entries_need_a_stretch_that_goes_forward(log, ask, query):
    answer = ask("entries", 400, **query)
    assert answer.content == b"start and end are whole numbers, and start is the smaller one.\n"
    assert answer["Content-Type"] == TEXT


@pytest.mark.parametrize("number", BAD_NUMBERS)
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("entries", {"start": 0, "end": 5}),
        ("proof/inclusion", {"index": 3, "size": 11}),
        ("proof/consistency", {"from_": 7, "to": 11}),
    ],
)
def test_what_is_no_number_is_refused_in_plain_words(log, ask, path, query, number):
    for name in query:
        answer = ask(path, 400, **query | {name: number})
        assert b"are whole numbers" in answer.content
        assert not answer.has_header("Cache-Control")


def test_a_number_that_lacks_is_refused(log, ask):
    for query in ({"index": 1}, {"size": 1}, {}):
        assert ask("proof/inclusion", 400, **query).content == b"index and size are whole numbers.\n"
    for query in ({"from_": 1}, {"to": 1}, {}):
        assert ask("proof/consistency", 400, **query).content == b"from and to are whole numbers.\n"


@pytest.mark.parametrize("size", range(1, 12))
def test_every_entry_is_proved_to_stand_in_every_signed_tree(log, ask, size):
    root = root_of(map(hash_leaf, log[:size]))
    for index in range(size):
        answer = ask("proof/inclusion", index=index, size=size)
        check_inclusion(index, size, hash_leaf(log[index]), hashes(answer), root)
        assert (answer["Content-Type"], answer["Cache-Control"]) == (TEXT, FOR_EVER)
    with pytest.raises(ProofError):
        check_inclusion(0, size, hash_leaf(b"another"), hashes(ask("proof/inclusion", index=0, size=size)), root)


def test_a_later_tree_is_proved_to_begin_with_an_earlier_one(log, ask):
    assert set(roots()) == {7, 11}
    answer = ask("proof/consistency", from_=7, to=11)
    check_consistency(7, 11, roots()[7], roots()[11], hashes(answer))
    assert (answer["Content-Type"], answer["Cache-Control"]) == (TEXT, FOR_EVER)
    for first in range(1, 11):
        proof = hashes(ask("proof/consistency", from_=first, to=11))
        check_consistency(first, 11, root_of(map(hash_leaf, log[:first])), roots()[11], proof)
    assert ask("proof/consistency", from_=11, to=11).content == b""
    assert ask("proof/consistency", from_=0, to=7).content == b""


@pytest.mark.parametrize(
    ("path", "query", "why"),
    [
        ("proof/inclusion", {"index": 11, "size": 11}, "a tree of 11 has no leaf 11"),
        ("proof/inclusion", {"index": 0, "size": 0}, "a tree of 0 has no leaf 0"),
        ("proof/inclusion", {"index": FAR, "size": 11}, f"a tree of 11 has no leaf {FAR}"),
        ("proof/inclusion", {"index": 0, "size": 12}, "the newest checkpoint covers 11 entries"),
        ("proof/inclusion", {"index": 0, "size": FAR}, "the newest checkpoint covers 11 entries"),
        ("proof/consistency", {"from_": 11, "to": 7}, "a tree of 11 is not the beginning of a tree of 7"),
        ("proof/consistency", {"from_": 7, "to": 12}, "the newest checkpoint covers 11 entries"),
    ],
)
def test_what_cannot_be_proved_is_refused(log, ask, path, query, why):
    answer = ask(path, 400, **query)
    assert answer.content.decode() == f"{why}\n"
    assert not answer.has_header("Cache-Control")


def test_the_archive_is_readable_by_the_verifier_as_it_is(log, ask, exports, tmp_path, capsys):
    written = archive_write()
    answer = ask("export")
    assert answer["Content-Disposition"] == f'attachment; filename="{written.name}"'
    assert answer["Cache-Control"] == HOUR
    assert int(answer["Content-Length"]) == written.stat().st_size
    (tmp_path / "all.tar.gz").write_bytes(answer.getvalue())
    source = source_open(str(tmp_path / "all.tar.gz"))
    assert (source.note, source.key) == (ask("checkpoint").content.decode(), ask("key").content.decode())
    assert {account["code"]: account["balance"] for account in source.accounts} == {BANK: 66, HELD: 66}
    assert cli.main([str(tmp_path / "all.tar.gz")]) == cli.HOLDS
    assert "11 entries of birge.test/ledger" in capsys.readouterr().out


def test_the_newest_archive_is_given(log, ask, signer, exports):
    archive_write()
    sequence(signer=signer)
    written = archive_write()
    answer = ask("export")
    assert written.name in answer["Content-Disposition"]
    with tarfile.open(fileobj=io.BytesIO(answer.getvalue())) as archive:
        entries = archive.extractfile("birge-ledger/entries.jsonl").read()
    assert entries == ask("entries", start=0, end=12).content


def test_before_anything_is_signed_there_is_nothing_to_be_had(ask):
    received(1)
    for path in ("checkpoint", "key"):
        assert ask(path, 404).content == b"Nothing has been signed yet.\n"
    for path in ("checkpoint/0", "checkpoint/1", "export"):
        ask(path, 404)
    assert ask("entries", start=0, end=9).content == b""
    assert ask("entries", start=0, end=9)["Cache-Control"] == SHORTLY
    ask("proof/inclusion", 400, index=0, size=1)
    ask("proof/consistency", 400, from_=0, to=1)


@pytest.mark.parametrize("path", GIVEN)
def test_reading_is_all_that_can_be_done_there(log, client, path):
    archive_write()
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(f"/ledger/{path}").status_code == 405


@pytest.mark.parametrize("path", GIVEN)
def test_a_head_request_has_the_same_headers_and_no_body(log, client, path):
    archive_write()
    head, get = client.head(f"/ledger/{path}"), client.get(f"/ledger/{path}")
    assert head.status_code == get.status_code == 200
    assert head.getvalue() == b"" != get.getvalue()
    for header in ("Cache-Control", "Content-Type", "Content-Disposition"):
        assert head.get(header) == get.get(header)


@pytest.mark.parametrize("path", GIVEN)
def test_answers_are_the_same_for_everyone_and_set_no_cookie(log, client, path):
    archive_write()
    answer = client.get(f"/ledger/{path}")
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", [*GIVEN, "journal.hledger", "postings.csv"])
def test_pages_of_others_may_read_it_where_the_settings_say_so(log, client, settings, path):
    archive_write()
    settings.CORS_ALLOWED_ORIGINS = ["https://watching.example"]
    allowed = client.get(f"/ledger/{path}", HTTP_ORIGIN="https://watching.example")
    assert allowed["Access-Control-Allow-Origin"] == "https://watching.example"
    other = client.get(f"/ledger/{path}", HTTP_ORIGIN="https://other.example")
    assert not other.has_header("Access-Control-Allow-Origin")


@pytest.fixture
def send(client, settings):
    """Send the checkpoint of this size with more lines below it, as a witness does; one witness is known."""
    settings.LEDGER_WITNESSES = [str(key_of("witness.example", WITNESS, COSIGNATURE))]

    def send(*lines, size=11, status=200, text=None):
        ours = note_parse(Checkpoint.objects.get(size=size).note)
        body = text or str(Note(ours.text, (*ours.signatures, *lines)))
        answer = client.post("/ledger/cosignatures", body, content_type="text/plain")
        assert answer.status_code == status, answer.content
        return answer

    return send


def cosigned(size=11, name="witness.example", private=WITNESS, seconds=1_700_000_000):
    return note_cosign(note_parse(Checkpoint.objects.get(size=size).note).text, name, private, seconds)


@pytest.mark.parametrize("size", [7, 11])
def test_the_signature_of_a_known_witness_is_shown_below_the_checkpoint(log, send, ask, size):
    answer = send(cosigned(size), size=size)
    assert (answer.content, answer["Cache-Control"]) == (b"1 new\n", "no-store")
    shown = note_parse(ask(f"checkpoint/{size}").content.decode())
    key = key_of("witness.example", WITNESS, COSIGNATURE)
    assert note_check(shown, [key]) == [(key, 1_700_000_000)]
    assert send(cosigned(size), size=size).content == b"0 new\n"
    assert Cosignature.objects.count() == 1


def test_a_witness_needs_no_session_and_no_token_of_ours(log, send, client):
    client.handler.enforce_csrf_checks = True
    assert send(cosigned()).content == b"1 new\n"


def test_only_the_lines_of_known_witnesses_are_kept(log, send, ask):
    assert send(cosigned(), cosigned(name="stranger.example", private=STRANGER)).content == b"1 new\n"
    assert b"stranger" not in ask("checkpoint").content


def other_tree(text):
    lines = text.split("\n")
    lines[2] = base64.b64encode(bytes(32)).decode()
    return "\n".join(lines)


def test_a_checkpoint_that_is_not_ours_is_refused(log, send):
    text = other_tree(note_parse(Checkpoint.objects.get(size=11).note).text)
    forged = str(Note(text, (note_cosign(text, "witness.example", WITNESS, 1),)))
    assert send(text=forged, status=400).content == b"this is no checkpoint of ours\n"
    unsigned = text.replace("\n11\n", "\n12\n")
    forged = str(Note(unsigned, (note_cosign(unsigned, "witness.example", WITNESS, 1),)))
    assert send(text=forged, status=400).content == b"this is no checkpoint of ours\n"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (lambda: (), "no witness that we know has signed it"),
        (lambda: (cosigned(name="stranger.example", private=STRANGER),), "no witness that we know has signed it"),
        (lambda: (cosigned(private=STRANGER),), "no witness that we know has signed it"),
        (lambda: (cosigned(size=7),), "the signature of witness.example is false"),
    ],
)
def test_unknown_and_false_signatures_are_refused(log, send, lines, why):
    assert send(*lines(), status=400).content.decode() == f"{why}\n"
    assert not Cosignature.objects.exists()


@pytest.mark.parametrize("text", ["x", "x\n", "one\n\ntwo\n", "a\n1\nb\n\n\N{EM DASH} a b\n", "\0\n", "é" * 100])
def test_what_is_no_signed_note_is_refused(log, send, text):
    send(text=text, status=400)


def test_bytes_that_are_no_text_are_refused(log, client):
    for body in (b"", b"\xff\xfe\x00"):
        assert client.post("/ledger/cosignatures", body, content_type="text/plain").status_code == 400


def test_what_is_too_long_for_a_checkpoint_is_refused_unread(log, send):
    assert send(text="a" * 10_001, status=413).content == b"This is too long for a checkpoint.\n"
    send(text="a" * 10_000, status=400)


def test_signatures_are_only_sent(log, ask):
    ask("cosignatures", 405)
    ask("cosignatures", 405, method="head")


def test_nothing_else_is_there(log, ask):
    for path in ("entries/", "proof", "proof/", "checkpoint/7/", "journal", "../ledger/nothing"):
        ask(path, 404)
