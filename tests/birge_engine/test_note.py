"""Signed notes, checkpoints and cosignatures: what others have published is read, and nothing malformed or false."""

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from birge_engine.note import (
    COSIGNATURE,
    ED25519,
    MOST_BYTES,
    MOST_LEAVES,
    MOST_SECONDS,
    Checkpoint,
    Key,
    Note,
    NoteError,
    Signature,
    checkpoint_open,
    checkpoint_parse,
    key_of,
    key_parse,
    note_check,
    note_cosign,
    note_parse,
    note_sign,
)


def shortly(text):
    return ascii(text)[:50]


def published(text, *signatures):
    return f"{text}\n" + "".join(f"\u2014 {each}\n" for each in signatures)


# From the documentation and the tests of golang.org/x/mod/sumdb/note.
PETER_PRIVATE = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER = key_parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
ENOCH = key_parse("EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop")
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS = "PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
ENOCHS = "EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ="
# From the C2SP specification `signed-note`.
SPECIFIED = key_parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
SPECIFIED_NOTE = published(
    "This is an example message.\n",
    "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=",
)
# A checkpoint of the checksum database of Go. Its names are not those in `tlog-checkpoint`, which shows the same root.
GO = key_parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
GO_CHECKPOINT = published(
    "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
    "sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=",
)
# A checkpoint of a log of Certificate Transparency, with signatures of two kinds and those of its witnesses.
CT = key_parse("arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f")
REMORA = key_parse("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")
STAGEMOLE = key_parse("witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv")
CT_CHECKPOINT = published(
    "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n",
    "arche2025h1.staging.ct.transparency.dev "
    "zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5"
    "zRNZ55lvGt0=",
    "arche2025h1.staging.ct.transparency.dev "
    "ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=",
    "remora.n621.de "
    "2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==",
    "witness.stagemole.eu "
    "Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==",
)
SEEN = 1779573024

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
WITNESS = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
ORIGIN, WATCHER = "birge.test/log", "watcher.test"
KEY, WATCHER_KEY = key_of(ORIGIN, PRIVATE), key_of(WATCHER, WITNESS, COSIGNATURE)
ROOT = base64.b64encode(b"\x07" * 32).decode()
TEXT = f"{ORIGIN}\n12\n{ROOT}\n"
NOTE = str(Note(TEXT, (note_sign(TEXT, ORIGIN, PRIVATE),)))
LINE = NOTE.removeprefix(f"{TEXT}\n")
CODE = LINE.split(" ")[2].rstrip("\n")

lines = st.text(st.characters(blacklist_categories=["Cs"], min_codepoint=32), min_size=1)
names = lines.filter(lambda text: not any(each.isspace() or each == "+" for each in text))
keys = st.binary(min_size=32, max_size=32).map(Ed25519PrivateKey.from_private_bytes)


@pytest.mark.parametrize(
    ("note", "key", "text"),
    [
        (published(GO_TEXT, PETERS), PETER, GO_TEXT),
        (published(GO_TEXT, ENOCHS), ENOCH, GO_TEXT),
        (SPECIFIED_NOTE, SPECIFIED, "This is an example message.\n"),
    ],
)
def test_published_notes_are_read(note, key, text):
    assert note_parse(note).text == text
    assert note_check(note_parse(note), [key]) == [(key, None)]
    assert str(note_parse(note)) == note


def test_a_published_private_key_signs_what_is_published():
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(PETER_PRIVATE)[1:])
    assert key_of("PeterNeumann", private) == PETER
    assert str(Note(GO_TEXT, (note_sign(GO_TEXT, "PeterNeumann", private),))) == published(GO_TEXT, PETERS)


def test_a_published_checkpoint_is_read():
    note = note_parse(GO_CHECKPOINT)
    assert note_check(note, [GO]) == [(GO, None)]
    root = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    assert checkpoint_parse(note.text) == Checkpoint("go.sum database tree", 20852163, root)
    with pytest.raises(NoteError, match=r"is of 'go\.sum database tree'"):
        checkpoint_open(GO_CHECKPOINT, GO)


def test_published_cosignatures_are_read_with_their_time():
    assert checkpoint_open(CT_CHECKPOINT, CT).size == 1432088532
    signed = note_check(note_parse(CT_CHECKPOINT), [PETER, CT, REMORA, STAGEMOLE])
    assert signed == [(CT, None), (REMORA, SEEN), (STAGEMOLE, SEEN)]
    later = note_parse(CT_CHECKPOINT.replace("\n1432088532\n", "\n1432088533\n"))
    for key in (CT, REMORA, STAGEMOLE):
        with pytest.raises(NoteError, match="is false"):
            note_check(later, [key])


@pytest.mark.parametrize("key", [PETER, ENOCH, SPECIFIED, GO, CT, REMORA, STAGEMOLE, KEY, WATCHER_KEY])
def test_a_key_is_read_as_it_is_written(key):
    assert key_parse(str(key)) == key
    assert key_parse(f"{key}\n") == key
    assert key.kind == (COSIGNATURE if key in (REMORA, STAGEMOLE, WATCHER_KEY) else ED25519)


def test_no_part_of_a_key_and_no_changed_key_is_a_key():
    text = str(PETER)
    parts = {text[start:end] for start in range(len(text)) for end in range(start + 1, len(text) + 1)} - {text}
    changed = {text[:place] + chr(ord(text[place]) + 1) + text[place + 1 :] for place in range(len(text))}
    for each in parts | changed:
        with pytest.raises(NoteError):
            key_parse(each)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # too long, with its right id
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # of no kind that we know, likewise
        str(replace(PETER, kind=2)),
        str(replace(PETER, name="Peter Neumann")),
        str(replace(PETER, name="Peter\u00a0Neumann")),
        str(replace(PETER, name="Peter\u2028Neumann")),
        str(replace(PETER, name="Peter\x00Neumann")),
        str(replace(PETER, name="")),
        str(replace(PETER, public=PETER.public[:-1])),
        str(PETER).replace("PeterNeumann", "Peter\ud800Neumann"),
        str(PETER).replace("+c74f20a3+", "+C74F20A3+"),
        f"PRIVATE+KEY+PeterNeumann+c74f20a3+{PETER_PRIVATE}",
    ],
)
def test_a_malformed_key_is_refused(text):
    with pytest.raises(NoteError):
        key_parse(text)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "a\tb", "a\n", "a\u00a0b", "a\u3000b", "a\x00b", "a\ud800b"])
def test_nobody_signs_with_a_name_that_would_break_a_line(name):
    with pytest.raises(NoteError):
        key_of(name, PRIVATE)
    with pytest.raises(NoteError):
        note_sign(TEXT, name, PRIVATE)
    with pytest.raises(NoteError):
        note_cosign(TEXT, name, PRIVATE, SEEN)


@given(body=st.lists(lines, min_size=1), name=names, private=keys, other=names, seconds=st.integers(0, MOST_SECONDS))
def test_what_is_signed_is_read_again(body, name, private, other, seconds):
    text = "\n".join(body) + "\n"
    note = Note(text, (note_sign(text, name, private), note_cosign(text, other, private, seconds)))
    key, watcher = key_of(name, private), key_of(other, private, COSIGNATURE)
    assert note_parse(str(note)) == note
    assert note_check(note_parse(str(note)), [watcher, key]) == [(watcher, seconds), (key, None)]
    assert (key_parse(str(key)), key_parse(str(watcher))) == (key, watcher)


@given(origin=names, size=st.integers(0, MOST_LEAVES), root=st.binary(min_size=32, max_size=32), private=keys)
def test_a_checkpoint_is_read_as_it_was_signed(origin, size, root, private):
    checkpoint = Checkpoint(origin, size, root)
    note = Note(checkpoint.text(), (note_sign(checkpoint.text(), origin, private),))
    assert checkpoint_parse(checkpoint.text()) == checkpoint
    assert checkpoint_open(str(note), key_of(origin, private)) == checkpoint


def test_a_note_may_have_empty_lines_in_its_text():
    note = Note("one\n\ntwo\n\n\nthree\n\n", note_parse(NOTE).signatures)
    assert note_parse(str(note)) == note


@pytest.mark.parametrize("text", ["", "no newline", "a\tb\n", "a\r\n", "\x00\n", "\ud800\n", "a" * MOST_BYTES + "\n"])
def test_a_text_that_could_not_be_read_again_is_not_signed(text):
    with pytest.raises(NoteError):
        note_sign(text, ORIGIN, PRIVATE)
    with pytest.raises(NoteError):
        note_cosign(text, ORIGIN, PRIVATE, SEEN)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "\n\n",
        TEXT,  # neither an empty line nor a signature
        f"{TEXT}\n",  # no signature
        f"{TEXT}{LINE}",  # no empty line
        f"\n\n{LINE}",  # no text
        NOTE[:-1],
        f"{NOTE}\n",
        f"{NOTE}Unexpected line.\n",
        f"{NOTE}\n{TEXT}",
        f"\x01{NOTE}",
        f"\ud800{NOTE}",
        NOTE.replace("12", "12\t"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("\u2014", "-"),
        NOTE.replace("\u2014 ", "\u2014"),
        NOTE.replace("\u2014 ", "\u2014  "),
        NOTE.replace(f"\u2014 {ORIGIN} ", "\u2014 "),
        NOTE.replace(f"\u2014 {ORIGIN}", "\u2014 Bad Name"),
        NOTE.replace(f"\u2014 {ORIGIN}", "\u2014 Bad\u00a0Name"),
        NOTE.replace(f"\u2014 {ORIGIN}", "\u2014 Bad+Name"),
        NOTE.replace(CODE, f" {CODE}"),
        NOTE.replace(CODE, f"{CODE} "),
        NOTE.replace(CODE, ""),
        NOTE.replace(CODE, "AAAAAA=="),  # an id and nothing after it
        NOTE.replace(CODE, "AAAA"),
        NOTE.replace(CODE, CODE.rstrip("=")),
        NOTE.replace(CODE, f"{CODE}="),
        NOTE.replace(CODE, f"{CODE[:8]}*{CODE[8:]}"),
        NOTE.replace(CODE, f"{CODE[:8]}\u0430{CODE[8:]}"),
        NOTE.replace(CODE, "AAAAAAB="),  # its last two bits are not zero
        NOTE.replace(CODE, "-_" + CODE[2:]),  # of the alphabet for addresses
        "a" * MOST_BYTES + f"\n\n{LINE}",
        f"{TEXT}\n" + LINE * (MOST_BYTES // len(LINE) + 1),
    ],
    ids=shortly,
)
def test_a_malformed_note_is_refused(note):
    with pytest.raises(NoteError):
        note_parse(note)
    with pytest.raises(NoteError):
        checkpoint_open(note, KEY)


def test_a_note_may_have_many_signatures():
    signatures = tuple(note_sign(TEXT, f"signer-{number}", PRIVATE) for number in range(100))
    note = note_parse(str(Note(TEXT, signatures)))
    assert len(note_check(note, [key_of(f"signer-{number}", PRIVATE) for number in range(100)])) == 100


def test_signers_that_we_do_not_know_are_passed_over():
    note = note_parse(published(GO_TEXT, PETERS, ENOCHS))
    assert note_check(note, [ENOCH]) == [(ENOCH, None)]
    assert note_check(note, [ENOCH, PETER]) == [(ENOCH, None), (PETER, None)]
    assert note_check(note, [KEY]) == note_check(note, []) == []
    same_name, same_id = key_of(PETER.name, PRIVATE), Signature("Other", PETER.id, b"\x00" * 64)
    assert note_check(Note(GO_TEXT, (*note.signatures, same_id)), [same_name, PETER]) == [(PETER, None)]


def test_a_key_that_is_named_twice_has_signed_once():
    note = note_parse(published(GO_TEXT, PETERS, PETERS))
    assert note_check(note, [PETER, ENOCH, PETER]) == [(PETER, None)]


@pytest.mark.parametrize("place", [0, 1])
def test_a_false_signature_of_a_key_that_we_know_is_an_error(place):
    true = note_sign(TEXT, ORIGIN, PRIVATE)
    for bit in range(512):
        false = replace(true, bytes=(int.from_bytes(true.bytes, "big") ^ 1 << bit).to_bytes(64, "big"))
        signatures = (false, true) if place == 0 else (true, false)
        with pytest.raises(NoteError, match="is false"):
            note_check(Note(TEXT, signatures), [KEY])
        assert note_check(Note(TEXT, signatures), [PETER]) == []


@pytest.mark.parametrize("length", [1, 63, 65, 72, 1000])
def test_a_signature_of_a_wrong_length_is_an_error(length):
    with pytest.raises(NoteError, match="is false"):
        note_check(Note(TEXT, (Signature(ORIGIN, KEY.id, b"\x00" * length),)), [KEY])


@pytest.mark.parametrize("key", [Key(ORIGIN, b"\xff" * 32), Key(ORIGIN, b"")])
def test_a_key_that_is_no_point_signs_nothing(key):
    with pytest.raises(NoteError, match="is false"):
        note_check(Note(TEXT, (Signature(ORIGIN, key.id, b"\x00" * 64),)), [key])


@pytest.mark.parametrize("seconds", [0, 1, SEEN, MOST_SECONDS])
def test_a_witness_says_when(seconds):
    note = note_parse(str(Note(TEXT, (note_cosign(TEXT, WATCHER, WITNESS, seconds),))))
    assert note_check(note, [WATCHER_KEY]) == [(WATCHER_KEY, seconds)]
    assert note_check(note, [key_of(WATCHER, WITNESS)]) == [], "the key is another one for another kind"


@pytest.mark.parametrize("seconds", [-1, MOST_SECONDS + 1, 2**64])
def test_a_witness_signs_no_impossible_time(seconds):
    with pytest.raises(NoteError):
        note_cosign(TEXT, WATCHER, WITNESS, seconds)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: (SEEN + 1).to_bytes(8, "big") + data[8:],  # another time
        lambda data: (2**63).to_bytes(8, "big") + WITNESS.sign(f"cosignature/v1\ntime {2**63}\n{TEXT}".encode()),
        lambda data: data[8:],  # no time
        lambda data: data[:-1],
        lambda data: data + b"\x00",
        lambda data: data[:8] + WITNESS.sign(TEXT.encode()),  # the text alone
        lambda data: data[:8] + PRIVATE.sign(f"cosignature/v1\ntime {SEEN}\n{TEXT}".encode()),
    ],
)
def test_a_false_cosignature_is_an_error(change):
    true = note_cosign(TEXT, WATCHER, WITNESS, SEEN)
    with pytest.raises(NoteError):
        note_check(Note(TEXT, (replace(true, bytes=change(true.bytes)),)), [WATCHER_KEY])


def test_a_cosignature_is_no_signature_of_the_log():
    with pytest.raises(NoteError, match="not signed by"):
        checkpoint_open(str(Note(TEXT, (note_cosign(TEXT, ORIGIN, PRIVATE, SEEN),))), KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"{ORIGIN}\n12\n{ROOT}",  # no newline
        f"{TEXT}more",
        f"{ORIGIN}\n12\n",  # too few lines
        f"{ORIGIN}\n{ROOT}\n",
        f"\n12\n{ROOT}\n",  # no origin
        f"{ORIGIN}\n\n{ROOT}\n",
        f"{ORIGIN}\n12\n\n",
        f"{ORIGIN}\n12\n{ROOT}\n\n",  # an empty line after it
        f"{ORIGIN}\n12\n{ROOT}\n\nmore\n",
        f"{ORIGIN}\n12\n{ROOT[:-1]}\n",
        f"{ORIGIN}\n12\n{base64.b64encode(bytes(31)).decode()}\n",
        f"{ORIGIN}\n12\n{base64.b64encode(bytes(33)).decode()}\n",
        f"{ORIGIN}\n12\n{'07' * 32}\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text):
    with pytest.raises(NoteError):
        checkpoint_parse(text)


@pytest.mark.parametrize(
    "size",
    [
        *("012", "00", "-1", "-0", "+12", "1_2", "1e1", "12.0", "0x12", "bananas", "\u0661", "\u00b2", " 12", "12 "),
        *(str(MOST_LEAVES + 1), str(2**64), "9" * 16, "9" * 5000, "0" * 5000),
    ],
    ids=shortly,
)
def test_a_size_that_is_no_plain_number_or_too_large_is_refused(size):
    with pytest.raises(NoteError):
        checkpoint_parse(f"{ORIGIN}\n{size}\n{ROOT}\n")


@pytest.mark.parametrize("size", [0, 1, 10, MOST_LEAVES])
def test_the_size_of_a_checkpoint_is_read(size):
    assert checkpoint_parse(f"{ORIGIN}\n{size}\n{ROOT}\n").size == size


def test_lines_after_the_root_are_signed_but_not_read():
    text = f"{TEXT}more\nand more\n"
    note = str(Note(text, (note_sign(text, ORIGIN, PRIVATE),)))
    assert checkpoint_open(note, KEY) == Checkpoint(ORIGIN, 12, b"\x07" * 32)
    with pytest.raises(NoteError, match="is false"):
        checkpoint_open(note.replace("and more", "and less"), KEY)


def test_a_checkpoint_of_another_origin_is_refused():
    text = TEXT.replace(ORIGIN, "another.test/log")
    with pytest.raises(NoteError, match=r"is of 'another\.test/log'"):
        checkpoint_open(str(Note(text, (note_sign(text, ORIGIN, PRIVATE),))), KEY)


@pytest.mark.parametrize("key", [key_of(ORIGIN, WITNESS), key_of("birge.test", PRIVATE), PETER])
def test_a_checkpoint_that_our_key_has_not_signed_is_refused(key):
    assert checkpoint_open(NOTE, KEY).size == 12
    with pytest.raises(NoteError, match="not signed by"):
        checkpoint_open(NOTE, key)
