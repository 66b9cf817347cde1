"""The modules that check receipts, beside Python's: each takes what the other takes, and refuses the rest."""

import base64
import json

import pytest
from django.conf import settings

from birge_engine import merkle
from birge_engine.leaf import LeafError, leaf_decode, leaf_encode
from birge_engine.merkle import ProofError, hash_leaf, hash_node
from birge_engine.note import NoteError, checkpoint_open, key_parse
from funds.ledger.commitments import Opening, commitment_of
from tests.factories.receipts import Log, content

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FORCE_NOBLE = """{
  const ours = crypto.subtle.importKey.bind(crypto.subtle);
  SubtleCrypto.prototype.importKey = (format, data, algorithm, ...rest) => algorithm.name === 'Ed25519'
    ? Promise.reject(new DOMException('old browser', 'NotSupportedError')) : ours(format, data, algorithm, ...rest);
}"""
ASK = """async ([folder, module, script, cases]) => {
  const m = await import(`${folder}/${module}.js`), { fromHex } = await import(`${folder}/bytes.js`);
  const bytes = each => each.map(one => Array.isArray(one) ? bytes(one) : typeof one === 'string' ? fromHex(one) : one);
  const take = new (async () => {}).constructor('m', 'bytes', 'each', script), found = [];
  for (const each of cases) {
    try { found.push(await take(m, bytes, each)); } catch (error) { if (!error.reason) throw error; found.push(null); }
  }
  return found;
}"""


@pytest.fixture
def ask(phone):
    """Return what runs a script in a browser, with a module `m` and for `each` case: its answer, or None if refused."""

    def ask_browser(module, script, cases, before=""):
        page = phone(bypass_csp=True)  # the scripts of this test are texts, which the page's own policy forbids
        page.add_init_script(before)
        page.goto("/en/ledger/verify/")
        return page.evaluate(ASK, [f"{settings.STATIC_URL}frontend/verify", module, script, cases])

    return ask_browser


def in_python(check, error, cases):
    """Return for each case whether Python takes it."""
    return [_taken(check, error, case) for case in cases]


def _taken(check, error, case):
    try:
        check(*case)
    except error:
        return None
    return True


def in_text(value):
    if isinstance(value, bytes):
        return value.hex()
    return [in_text(each) for each in value] if isinstance(value, list | tuple) else value


def proofs_agree(ask, name, check, cases):
    """Compare all cases and return how many hold."""
    found = ask("merkle", f"await m.{name}(...bytes(each)); return true", in_text(cases))
    expected = in_python(check, ProofError, cases)
    assert [case[:2] for case, one, two in zip(cases, found, expected, strict=True) if one != two] == []
    return expected.count(True)


def test_proofs_hold_for_the_browser_where_they_hold_for_python(ask):
    log, wrong = Log(40), b"\x07" * 32
    heads = [merkle.range_root(0, size, log.node) for size in range(41)]
    inside, grown = [], []
    for size in range(1, 41):
        for index in range(size):
            leaf, proof = hash_leaf(log.leaves[index]), merkle.inclusion_proof(index, size, log.node)
            inside.append((index, size, leaf, proof, heads[size]))
            spoiled = [(index + 1, proof), (index ^ 1, proof), (index, proof[1:]), (index, [*proof, wrong])]
            at, bad = spoiled[(index + size) % 4]
            inside.append((at, size, leaf, bad, heads[size]))
        for first in range(size + 1):
            proof = merkle.consistency_proof(first, size, log.node)
            grown.append((first, size, heads[first], heads[size], proof))
            spoiled = [(first + 1, proof), (first, proof[:-1]), (first, [wrong, *proof[1:]]), (first, [*proof, wrong])]
            at, bad = spoiled[(first + size) % 4]
            grown.append((at, size, heads[first], heads[size], bad))
    assert proofs_agree(ask, "checkInclusion", merkle.check_inclusion, inside) >= 820
    assert proofs_agree(ask, "checkConsistency", merkle.check_consistency, grown) >= 860


def test_proofs_hold_beyond_32_bits(ask):
    levels = [hash_leaf(b"always the same")]
    while len(levels) < 54:
        levels.append(hash_node(levels[-1], levels[-1]))

    def node(level, _index):
        return levels[level]

    inside, grown = [], []
    sizes = [2**31 + 1, 2**32 - 1, 2**32, 2**32 + 5, 2**40 + 12_345, 2**53 - 1]
    heads = {size: merkle.range_root(0, size, node) for size in sizes}
    for size in sizes:
        for index in (0, 1, 2**31 - 1, size // 2, size // 3, size - 2, size - 1):
            inside.append((index, size, levels[0], merkle.inclusion_proof(index, size, node), heads[size]))
        for first in (each for each in sizes if each <= size):
            proof = merkle.consistency_proof(first, size, node)
            grown.append((first, size, heads[first], heads[size], proof))
    assert proofs_agree(ask, "checkInclusion", merkle.check_inclusion, inside) == len(inside)
    assert proofs_agree(ask, "checkConsistency", merkle.check_consistency, grown) == len(grown)


def spoiled_notes(log):
    """Return a signed checkpoint, and it with one letter changed or lost, at every place."""
    note = log.checkpoint()
    changed = [note[:at] + letter + note[at + 1 :] for at in range(len(note)) for letter in ("", "A", "\n")]
    witness = note + "\u2014 witness.test " + base64.b64encode(bytes(76)).decode() + "\n"
    return [note, witness, note[:-1], note + "\n", note.replace("\n13\n", "\n013\n"), *changed]


@pytest.mark.parametrize("before", ["", FORCE_NOBLE], ids=["native", "noble"])
def test_checkpoints_open_for_the_browser_where_they_open_for_python(ask, before):
    log = Log(13)
    cases = [(note, str(log.key)) for note in spoiled_notes(log)[:: 7 if before else 1]]
    found = ask("note", "await m.openCheckpoint(each[0], await m.parseKey(each[1])); return true", cases, before)
    expected = in_python(lambda note, key: checkpoint_open(note, key_parse(key)), NoteError, cases)
    assert found == expected
    assert expected.count(True) >= 1


def odd_leaves():
    good = leaf_encode(content(3) | {"group": 'Ак-Өргө \u2028 \x7f \n " \\ \U0001f600', "tag": "z"}).decode()
    postings = json.loads(good)["postings"]
    yield from (good, leaf_encode(content(1)).decode(), f"{good} ", "", "[]", "null", "7", good[:-1])
    yield good.replace('"v":1', '"v":2')
    changes = [
        ('"v":1', '"v":1.0'), ('"v":1', '"v":true'), ("500000", "500000.0"), ("500000", "5e5"), ("500000", "-0"),
        ("500000", "9007199254740993"), ('"version":4', '"version":0'), ('"version":4', '"version":9007199254740992'),
        ('"tag":"z"', '"tag":""'), ('"tag":"z"', '"tag":null'), ('"tag":"z"', '"tag":"z","tag":"z"'),
        ('"tag":"z"', '"__proto__":"z"'), ('"tag":"z"', '"tag":"\\u007a"'), ('"tag":"z"', '"tag":"\\ud800"'),
        ('"tag":"z"', '"tag":"\\n"'), ('"tag":"z"', '"tag":7'), ("\u2028", "\\u2028"), ("\\n", "\\u000a"),
        ("abab", "ABAB"), ("abab", "ab"), ('"type":"line"', '"type":""'), ("payment.received", ""), ("KGS", "USD"),
    ]  # fmt: skip
    for before, after in changes:
        assert before in good
        yield good.replace(before, after, 1)
        yield good.replace(before, after)
    for rows in ([], postings[:1], [*postings, *postings], "none"):
        yield leaf_text(content(3) | {"postings": rows})
    yield leaf_text(content(3) | {"documents": {}})
    yield leaf_text(content(3) | {"group": "x" * 66_000})
    yield leaf_text({name: value for name, value in content(3).items() if name != "date"})


def leaf_text(made):
    return json.dumps(made, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_leaves_are_read_by_the_browser_where_python_reads_them(ask):
    leaves = list(odd_leaves())
    found = ask("leaf", "m.decodeLeaf(each); return true", leaves)
    expected = in_python(lambda text: leaf_decode(text.encode()), LeafError, [(each,) for each in leaves])
    assert [text[:400] for text, one, two in zip(leaves, found, expected, strict=True) if one != two] == []
    assert found.count(True) >= 3


def test_marks_open_for_the_browser_where_they_open_for_python(ask):
    parts = [
        ("payment", "PAYM2345"),
        ("a", "bc"),
        ("ab", "c"),
        ("төлөм", "Ак-Өргө \U0001f600"),
        ("x" * 300, "y" * 65_535),
    ]
    openings = [Opening(label, reference, bytes([at]) * 32) for at, (label, reference) in enumerate(parts)]
    cases = [{"label": each.label, "reference": each.subject_ref, "r": each.r.hex()} for each in openings]
    assert ask("receipt", "return m.commitmentOf(each)", cases) == [commitment_of(each) for each in openings]
