"""A donor's own browser checks a receipt: what is true is proven; what was changed fails where it was changed."""

import base64
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find
from django.utils import translation

from birge_engine.leaf import leaf_encode
from birge_engine.merkle import inclusion_proof
from frontend.views.verify import MODULES
from funds.ledger.kinds import EntryKind
from tests.factories.receipts import OPENING, Log, content, lines

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = "/en/ledger/verify/"
LEDGER = re.compile(r"//[^/]+/ledger/(.*)")
FORCE_NOBLE = """{
  const ours = crypto.subtle.importKey.bind(crypto.subtle);
  SubtleCrypto.prototype.importKey = (format, data, algorithm, ...rest) => algorithm.name === 'Ed25519'
    ? Promise.reject(new DOMException('old browser', 'NotSupportedError')) : ours(format, data, algorithm, ...rest);
}"""


class Reader:
    """Somebody with the page before them. `site` is the log behind the public addresses; None is no network."""

    def __init__(self, page, site):
        self.page, self.site, self.asked, self.complaints = page, site, [], []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.route(LEDGER, self.serve)

    def serve(self, route):
        path = LEDGER.search(route.request.url)[1]
        if self.site is None:
            route.abort()
        elif self.site == "hotel":
            route.fulfill(body="Welcome! Your room number, please.", content_type="text/html")
        else:
            route.fulfill(body=self.site.answer(path), content_type="text/plain; charset=utf-8")

    def give(self, receipt):
        data = receipt if isinstance(receipt, bytes) else json.dumps(receipt, ensure_ascii=False).encode()
        self.forget()
        file = {"name": "birge-receipt-7.json", "mimeType": "application/json", "buffer": data}
        self.page.set_input_files("#verify-file", file)
        return self.verdict()

    def trust(self, key):
        self.forget()
        self.page.fill("#verify-trusted", key)
        self.page.click("#verify-trust button")
        return self.verdict()

    def forget(self):
        self.page.evaluate("document.getElementById('verify-verdict').removeAttribute('data-state')")

    def verdict(self):
        self.page.wait_for_selector("#verify-verdict[data-state]:not([data-state=busy])")
        shown = self.text("result")
        assert "undefined" not in shown
        assert "{" not in shown
        return self.page.get_attribute("#verify-verdict", "data-state")

    def text(self, name):
        return self.page.locator(f"#verify-{name}").inner_text().replace("\xa0", " ")

    def steps(self):
        """Return name → what became of it, in the order shown."""
        shown = "[...document.querySelectorAll('#verify-steps [data-step]')].map(e => [e.dataset.step, e.className])"
        return dict(self.page.evaluate(shown))

    def failed(self):
        """Return (name, reason) of the step that failed."""
        data = self.page.locator("#verify-steps .bad").evaluate("each => ({...each.dataset})")
        return data["step"], data["reason"]


@pytest.fixture
def reader(phone):
    readers = []

    def new_reader(site=None, script="", path=PAGE, **options):
        page = phone(**options)
        if script:
            page.add_init_script(script)
        readers.append(Reader(page, site))
        assert page.goto(path).status == 200
        return readers[-1]

    yield new_reader
    complaints = [each for one in readers for each in one.complaints]
    assert [each for each in complaints if "ERR_FAILED" not in each and "ERR_INTERNET_DISCONNECTED" not in each] == []


STEPS = ("leaf", "signature", "key", "inclusion", "amount", "opening", "today")
PROVEN = dict.fromkeys(STEPS, "done")
PROVEN_BY_ITSELF = PROVEN | {"key": "open", "today": "open"}


def test_a_true_receipt_is_proven_to_its_donor(reader):
    log = Log(13)
    receipt = log.receipt(12, opening=OPENING)
    donor = reader(log.grow(21))
    assert donor.give(receipt) == "good"
    assert donor.steps() == PROVEN
    assert donor.text("amount") == "5,000 som"
    assert donor.text("what") == "Money arrived · 14 March 2026"
    for words in ("at number 13", "signed by birge.test/ledger", "5,000 som", "PAYM2345", "with 21 entries"):
        assert words in donor.text("steps")
    assert donor.text("fingerprint").split() == re.findall("....", log.fingerprint)
    assert donor.page.get_attribute("#verify-entry a", "href") == f"/en/ledger/{json.loads(receipt['leaf'])['id']}/"
    assert donor.page.evaluate("document.activeElement.id") == "verify-title"
    asked = [LEDGER.search(url)[1] for url in donor.asked if LEDGER.search(url)]
    assert asked == ["key", "checkpoint", "proof/consistency?from=13&to=21"]
    assert [url for url in donor.asked if "noble" in url] == []


@pytest.mark.parametrize(
    ("language", "amount", "day"),
    [("ky", "1 234 567,50 ₽", "2026-ж. 14-март"), ("ru", "1 234 567,50 ₽", "14 марта 2026 г.")],
)
def test_it_speaks_the_language_of_its_reader(reader, language, amount, day):
    log = Log(1)
    log.leaves = [leaf_encode(content(0, 1_234_567_50, "RUB"))]
    donor = reader(log, path=f"/{language}/ledger/verify/")
    receipt = log.receipt(0)
    assert donor.give(receipt) == "good"
    assert donor.text("amount") == amount
    with translation.override(language):
        kind = str(EntryKind.PAYMENT_RECEIVED.label)
    assert donor.text("what") == f"{kind} · {day}"


def change(receipt, field, before, after):
    assert before in receipt[field]
    return receipt | {field: receipt[field].replace(before, after, 1)}


def opened(receipt, **changes):
    return receipt | {"opening": receipt["opening"] | changes}


def broken(log):
    """Yield (what was changed, the receipt, the step that must fail, the reason)."""
    good, other = log.receipt(12, opening=OPENING), Log(13, seed=2)
    hashes, note = good["proof"].split("\n\n")[0].split("\n")[2:], log.checkpoint()
    assert hashes == lines(inclusion_proof(12, 13, log.node)).split()
    yield "amount", good | {"amount": {"minor": 7_000_00, "currency": "KGS"}}, "amount", "other-amount"
    yield "currency", good | {"amount": {"minor": 5_000_00, "currency": "USD"}}, "amount", "other-amount"
    yield "sums in the leaf", good | {"leaf": good["leaf"].replace("500000", "700000")}, "inclusion", "proof-root"
    yield "day in the leaf", change(good, "leaf", "2026-03-14", "2026-03-15"), "inclusion", "proof-root"
    yield "one sum in the leaf", change(good, "leaf", "500000", "700000"), "leaf", "sums"
    yield "blank in the leaf", change(good, "leaf", ":", ": "), "leaf", "leaf-form"
    yield "leaf of another", good | {"leaf": log.leaves[3].decode()}, "inclusion", "proof-root"
    yield "foreign key", good | {"key": str(other.key)}, "signature", "unsigned"
    yield "damaged key", change(good, "key", "+AYq", "+AYr"), "signature", "key"
    yield "foreign ledger", other.receipt(12, opening=OPENING), "key", "other-key"
    yield "hash of the proof", change(good, "proof", hashes[0], other_hash(hashes[0])), "inclusion", "proof-root"
    yield "hash left out", change(good, "proof", f"{hashes[0]}\n", ""), "inclusion", "proof-short"
    yield "hash too many", change(good, "proof", hashes[-1], f"{hashes[-1]}\n{hashes[0]}"), "inclusion", "proof-long"
    yield "place", change(good, "proof", "index 12", "index 11"), "inclusion", "proof-short"
    yield "place outside", change(good, "proof", "index 12", "index 13"), "inclusion", "index"
    yield "size", change(good, "proof", "\n13\n", "\n14\n"), "signature", "signature"
    root = note.split("\n")[2]
    yield "root", change(good, "proof", root, other_hash(root)), "signature", "signature"
    yield "name of the ledger", change(good, "proof", "birge.test", "birge.tost"), "signature", "signature"
    renamed = good["proof"].replace(note, log.checkpoint(origin="other.test/ledger"))
    yield "checkpoint of another", good | {"proof": renamed}, "signature", "origin"
    yield "no signature", change(good, "proof", "\u2014 birge", "\u2014 other"), "signature", "unsigned"
    yield "salt", opened(good, r="00" * 32), "opening", "other-opening"
    yield "short salt", opened(good, r="00"), "opening", "no-opening"
    yield "donor", opened(good, reference="PAYM2346"), "opening", "other-opening"
    yield "parts of the mark", opened(good, label="paymentP", reference="AYM2345"), "opening", "other-opening"
    yield "mark where none is", log.receipt(11, opening=OPENING), "opening", "other-opening"


def other_hash(text):
    data = base64.b64decode(text)
    return base64.b64encode(bytes([data[0] ^ 1]) + data[1:]).decode()


def test_whatever_was_changed_fails_where_it_was_changed(reader):
    log = Log(13)
    donor, found, wanted = reader(log), {}, {}
    for what, receipt, step, reason in broken(log):
        wanted[what] = ("bad", step, reason)
        found[what] = (donor.give(receipt), *donor.failed())
        after = list(donor.steps())[list(donor.steps()).index(step) + 1 :]
        assert after == [], f"{what}: something is said after what failed"
        assert not donor.page.is_visible("#verify-amount"), what
    assert found == wanted


def test_what_is_no_receipt_is_called_so_kindly(reader):
    log = Log(2)
    good = log.receipt(0)
    donor = reader(log)
    without = {field: {name: value for name, value in good.items() if name != field} for field in good}
    for odd in (b"", b"\xff\xd8 a photo", b"{}", b"[" * 200_000, b" " * 500_000, b"null", *without.values()):
        assert donor.give(odd) == "odd"
        assert donor.text("title") == "This is no receipt"
        assert donor.steps() == {}
    assert donor.give(good | {"proof": "a proof"}) == "odd"
    assert donor.text("title") == "This is no receipt"
    assert donor.give(good) == "good"


def test_without_a_network_it_says_what_is_proven_and_what_is_not(reader):
    log = Log(9)
    receipt = log.receipt(6, opening=OPENING)
    donor = reader(log)
    donor.page.context.set_offline(True)
    donor.site = None
    assert donor.give(receipt) == "open"
    assert donor.steps() == PROVEN_BY_ITSELF
    assert donor.text("amount") == "5,000 som"
    for key in (str(log.key), log.fingerprint, " ".join(re.findall("....", log.fingerprint.upper()))):
        assert donor.trust(key) == "good"
        assert donor.steps() == PROVEN | {"today": "open"}
    for key in (str(Log(1, seed=2).key), Log(1, seed=2).fingerprint):
        assert donor.trust(key) == "bad"
        assert donor.failed() == ("key", "other-key")
        assert donor.page.is_visible("#verify-trusted")
    donor.page.fill("#verify-trusted", "my key")
    donor.page.click("#verify-trust button")
    donor.page.wait_for_selector("#verify-trusted-error", state="visible")
    assert donor.trust("") == "open"


def test_a_hotels_page_is_not_taken_for_the_ledgers_answer(reader):
    donor = reader("hotel")
    assert donor.give(Log(9).receipt(6, opening=OPENING)) == "open"
    assert donor.steps() == PROVEN_BY_ITSELF


def test_a_ledger_that_forgets_or_changes_what_was_signed_is_found_out(reader):
    log = Log(9)
    receipt = log.receipt(6, opening=OPENING)
    donor = reader(log)
    assert donor.give(receipt) == "good"
    changed = Log(20)
    changed.leaves[2] = leaf_encode(content(99))
    rewritten = Log(9)
    rewritten.leaves[2] = leaf_encode(content(99))
    for site, reason in ((Log(8), "shorter"), (changed, "changed"), (rewritten, "changed")):
        donor.site = site
        assert donor.give(receipt) == "bad"
        assert donor.text("title") == "The ledger was changed"
        assert donor.failed() == ("today", reason)
    donor.site = Log(9, seed=2)
    assert donor.give(receipt) == "bad"
    assert donor.failed() == ("key", "other-key")
    assert donor.trust(str(log.key)) == "bad"
    assert donor.text("title") == "This site shows another ledger"


def test_a_browser_without_ed25519_uses_the_other_implementation_also_offline(reader):
    log = Log(13)
    donor = reader(log, script=FORCE_NOBLE)
    donor.page.wait_for_load_state("networkidle")
    assert len([url for url in donor.asked if "noble" in url]) == 1
    assert donor.give(log.receipt(12, opening=OPENING)) == "good"
    donor.page.context.set_offline(True)
    donor.site = None
    assert donor.give(log.receipt(9, opening=OPENING)) == "open"
    assert donor.give(change(log.receipt(9), "proof", "\n13\n", "\n14\n")) == "bad"
    assert donor.failed() == ("signature", "signature")


def test_a_text_can_be_pasted_and_a_file_dropped(reader):
    log = Log(5)
    text = json.dumps(log.receipt(3, opening=OPENING))
    donor = reader(log)
    donor.page.click("#verify-drop summary")
    donor.page.fill("#verify-pasted", text)
    donor.page.click("#verify-paste button")
    assert donor.verdict() == "good"
    donor.forget()
    drop = """text => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'birge-receipt-1.json'));
      document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    donor.page.evaluate(drop, text)
    assert donor.verdict() == "good"


def test_it_says_plainly_why_it_cannot_check(reader):
    donor = reader(script="Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined})")
    assert "without https" in donor.text("insecure")
    assert not donor.page.is_visible("#verify-drop")
    donor = reader(java_script_enabled=False)
    assert "birge-verify" in donor.page.locator("noscript").inner_text()
    donor = reader()
    donor.page.route("**/verify/page.js", lambda route: route.abort())
    donor.page.reload()
    assert not donor.page.is_visible("#verify-late")
    donor.page.evaluate("document.getAnimations().forEach(each => each.finish())")
    assert "has not started" in donor.text("late")


def test_the_page_asks_for_every_module_at_once():
    folder = Path(find("frontend/verify/page.js")).parent
    assert {path.stem for path in folder.glob("*.js")} == {"page", *MODULES}
