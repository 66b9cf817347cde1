"""The bytes of a leaf never change: whoever kept one can check it in twenty years."""

import hashlib
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from birge_engine.leaf import LARGEST, MOST_BYTES, LeafError, leaf_decode, leaf_encode

PLAIN = {
    "v": 1,
    "id": "0b7f3c1e-5a44-4d6e-9a57-2f1d3c4b5a69",
    "date": "2026-11-24",
    "kind": "payment.received",
    "book": "cash",
    "postings": [
        {"account": "bank:AAAA2222:main", "amount": 150000, "currency": "KGS"},
        {"account": "held:AAAA2222:project-BBBB3333", "amount": -150000, "currency": "KGS", "version": 7},
    ],
    "documents": [],
}
FULL = {
    **PLAIN,
    "kind": "entry.reversed",
    "postings": [
        {"account": "bank:AAAA2222:main", "amount": -LARGEST, "currency": "USD"},
        {"account": "bank:AAAA2222:main", "amount": LARGEST, "currency": "USD"},
    ],
    "documents": [{"type": "чек", "sha256": "ab" * 32}],
    "commitment": "c0" * 32,
    "tag": 'é\u2028\x7f "\\/\b\f\n\r\t\x00\x1f😀',
    "reverses": "11111111-1111-4111-8111-111111111111",
    "resolves": "22222222-2222-4222-8222-222222222222",
    "group": "G",
    "rule": "village-1:1",
}

# Frozen. If one of these fails, the format has changed: that is version 2, beside which version 1 stays readable.
VECTORS = [
    (
        PLAIN,
        b'{"book":"cash","date":"2026-11-24","documents":[],"id":"0b7f3c1e-5a44-4d6e-9a57-2f1d3c4b5a69",'
        b'"kind":"payment.received","postings":[{"account":"bank:AAAA2222:main","amount":150000,"currency":"KGS"},'
        b'{"account":"held:AAAA2222:project-BBBB3333","amount":-150000,"currency":"KGS","version":7}],"v":1}',
    ),
    (
        FULL,
        b'{"book":"cash","commitment":"'
        + b"c0" * 32
        + b'","date":"2026-11-24","documents":[{"sha256":"'
        + b"ab" * 32
        + b'","type":"\xd1\x87\xd0\xb5\xd0\xba"}],"group":"G",'
        b'"id":"0b7f3c1e-5a44-4d6e-9a57-2f1d3c4b5a69","kind":"entry.reversed","postings":['
        b'{"account":"bank:AAAA2222:main","amount":-9007199254740991,"currency":"USD"},'
        b'{"account":"bank:AAAA2222:main","amount":9007199254740991,"currency":"USD"}],'
        b'"resolves":"22222222-2222-4222-8222-222222222222","reverses":"11111111-1111-4111-8111-111111111111",'
        b'"rule":"village-1:1","tag":"\xc3\xa9\xe2\x80\xa8\x7f \\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\xf0\x9f\x98\x80",'
        b'"v":1}',
    ),
]
DIGESTS = [
    "d78a48b3191ae2386910b049452a7e1774b73b31776a5b5ddf8650504a2fa7d6",
    "7383c7eb17b1308c4b4fb7bc99619c7206ff537e2834b7b514d6a9832dcd7f18",
]


def changed(**fields):
    return {**PLAIN, **fields}


def posting(**fields):
    first, second = PLAIN["postings"]
    return changed(postings=[{**first, **fields}, second])


@pytest.mark.parametrize(("content", "data"), VECTORS)
def test_the_bytes_are_frozen(content, data):
    assert leaf_encode(content) == data
    assert leaf_decode(data) == content


@pytest.mark.parametrize(("vector", "digest"), list(zip(VECTORS, DIGESTS, strict=True)))
def test_so_is_what_stands_in_the_tree(vector, digest):
    assert hashlib.sha256(b"\x00" + leaf_encode(vector[0])).hexdigest() == digest


def test_fields_that_hold_nothing_are_left_out():
    assert leaf_encode(changed(commitment="", tag=None, rule="")) == leaf_encode(PLAIN)


def test_the_order_in_which_fields_were_given_does_not_matter():
    assert leaf_encode(dict(reversed(FULL.items()))) == leaf_encode(FULL)


@pytest.mark.parametrize(
    "content",
    [
        {key: value for key, value in PLAIN.items() if key != "date"},
        changed(memo="for Aizada"),
        changed(v=2),
        changed(v=True),
        changed(date=20261124),
        changed(tag=["a"]),
        changed(tag="\ud83d"),
        changed(postings=[]),
        changed(postings=PLAIN["postings"][:1]),
        changed(postings={"a": 1, "b": 2}),
        changed(postings=[1, 2]),
        changed(postings=[None, *PLAIN["postings"]]),
        posting(amount=150001),
        posting(amount=150000.0),
        posting(amount="150000"),
        posting(amount=True),
        posting(currency="USD"),
        posting(currency=["KGS"]),
        posting(version=0),
        posting(version="7"),
        posting(name="Aizada"),
        changed(postings=[{**each, "amount": 0} for each in PLAIN["postings"]]),
        changed(
            postings=[
                {"account": "a", "amount": 2**53, "currency": "KGS"},
                {"account": "b", "amount": -(2**53), "currency": "KGS"},
            ]
        ),
        changed(documents=None),
        changed(documents={}),
        changed(documents=["ab" * 32]),
        changed(documents=[{"sha256": "AB" * 32, "type": "receipt"}]),
        changed(documents=[{"sha256": "ab" * 31, "type": "receipt"}]),
        changed(documents=[{"sha256": "ab" * 32, "type": "receipt", "name": "x"}]),
        changed(documents=[{"sha256": "ab" * 32, "type": 1}]),
    ],
)
def test_what_is_no_leaf_is_not_written(content):
    with pytest.raises(LeafError):
        leaf_encode(content)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"[" * 60_000,
        b"{" + b'"a":{' * 9_000,
        VECTORS[0][1] + b"\n",
        b" " + VECTORS[0][1],
        VECTORS[0][1].replace(b":150000", b":150000.0"),
        VECTORS[0][1].replace(b":150000", b":1.5e5"),
        VECTORS[0][1].replace(b":150000", b":NaN"),
        VECTORS[0][1].replace(b":150000", b":" + b"9" * 5000),
        VECTORS[0][1].replace(b'"v":1', b'"v":1,"v":1'),
        VECTORS[0][1].replace(b'"v":1', b'"v": 1'),
        VECTORS[0][1].replace(b"cash", b"c\\u0061sh"),
        json.dumps(PLAIN).encode(),
        json.dumps(FULL, sort_keys=True, separators=(",", ":")).encode(),
    ],
)
def test_only_the_canonical_bytes_are_read(data):
    with pytest.raises(LeafError):
        leaf_decode(data)


def test_a_leaf_fits_into_the_logs_bundles():
    room = MOST_BYTES - len(leaf_encode(changed(tag="x"))) + 1
    largest = changed(tag="x" * room)
    assert len(leaf_encode(largest)) == MOST_BYTES == 65_535
    assert leaf_decode(leaf_encode(largest)) == largest
    with pytest.raises(LeafError, match="65536 bytes"):
        leaf_encode(changed(tag="x" * (room + 1)))
    with pytest.raises(LeafError, match="65536 bytes"):
        leaf_decode(leaf_encode(largest).replace(b'"v":1', b'"v" :1'))


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
amounts = st.lists(st.integers(1, 10**9), min_size=1, max_size=5)


@given(texts, texts, amounts)
def test_whatever_it_says_is_read_back_and_means_the_same_to_any_reader(account, tag, amounts):
    legs = [{"account": account, "amount": amount, "currency": "KGS"} for amount in [*amounts, -sum(amounts)]]
    content = changed(postings=legs, tag=tag)
    data = leaf_encode(content)
    assert leaf_decode(data) == content == json.loads(data)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_stumble(data):
    with pytest.raises(LeafError):
        leaf_decode(data)


@given(st.data())
def test_a_leaf_with_one_byte_changed_is_no_leaf_or_another_one(data):
    kept = leaf_encode(FULL)
    place = data.draw(st.integers(0, len(kept) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != kept[place]))
    altered = kept[:place] + bytes([byte]) + kept[place + 1 :]
    with suppress(LeafError):
        assert leaf_decode(altered) != FULL
