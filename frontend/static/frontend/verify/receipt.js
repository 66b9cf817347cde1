/* A receipt file, checked step by step. Nothing here needs the network except `checkToday`. */

import { CheckError, fromBase64, fromHex, hex, join, toBase64, toNumber, utf8 } from "./bytes.js";
import { decodeLeaf, moved } from "./leaf.js";
import { checkConsistency, checkInclusion, hashLeaf } from "./merkle.js";
import { openCheckpoint, parseKey } from "./note.js";
import { hmacSha256 } from "./sha256.js";

const DOMAIN = "birge/donor/v1";
const PROOF = "c2sp.org/tlog-proof@v1";

/** Return the receipt in this text. Throws CheckError if it is none. */
export function readReceipt(text) {
  let receipt;
  try {
    receipt = JSON.parse(text);
  } catch (error) {
    throw new CheckError("no-receipt");
  }
  checkForm(receipt);
  return receipt;
}

/** Check a receipt against itself and against `trusted`, the fingerprint of a key ("" if there is none to compare).

    Returns {steps, facts, key, checkpoint}. A step is {name, ok, detail}: `ok` is true, false, or null where it was not
    checked: `key` without a trusted one, and everything after the first step that fails. `detail` has a `reason`
    then. `key` and `checkpoint` are null unless the signature holds. */
export async function checkReceipt(receipt, trusted = "") {
  const result = { steps: [], facts: {}, key: null, checkpoint: null };
  const { facts } = result;
  let failed = false;

  async function step(name, check) {
    let ok = null;
    let detail = {};
    if (!failed) {
      try {
        detail = (await check()) || {};
        ok = detail.unknown ? null : true;
      } catch (error) {
        if (!(error instanceof CheckError)) throw error;
        failed = true;
        ok = false;
        detail = { reason: error.reason, ...error.values };
      }
    }
    result.steps.push({ name, ok, detail });
  }

  let proof;
  let leaf;
  let key;
  await step("form", () => {
    checkForm(receipt);
    proof = parseProof(receipt.proof);
    facts.index = proof.index;
  });
  await step("leaf", async () => {
    leaf = decodeLeaf(receipt.leaf);
    Object.assign(facts, factsOf(leaf), { leafHash: hex(await hashLeaf(utf8(receipt.leaf))) });
  });
  await step("signature", async () => {
    key = await parseKey(receipt.key);
    Object.assign(facts, { origin: key.name, keyId: key.id, fingerprint: key.fingerprint });
    const checkpoint = await openCheckpoint(proof.note, key);
    Object.assign(facts, { size: checkpoint.size, root: toBase64(checkpoint.root) });
    Object.assign(result, { key, checkpoint });
    return { origin: key.name };
  });
  await step("key", () => {
    if (!trusted) return { unknown: true };
    if (trusted !== key.fingerprint) throw new CheckError("other-key");
    return {};
  });
  await step("inclusion", async () => {
    const { size, root } = result.checkpoint;
    await checkInclusion(proof.index, size, await hashLeaf(utf8(receipt.leaf)), proof.hashes, root);
    return { number: proof.index + 1 };
  });
  await step("amount", () => {
    const { minor, currency } = receipt.amount;
    const written = moved(leaf.postings, currency);
    if (written !== BigInt(minor)) {
      throw new CheckError("other-amount", { stated: { minor, currency }, written: { minor: Number(written), currency } });
    }
    facts.amount = { minor, currency };
    return { amount: facts.amount };
  });
  if (isObject(receipt) && receipt.opening !== undefined) {
    await step("opening", async () => {
      await checkOpening(receipt.opening, leaf.commitment);
      facts.reference = receipt.opening.reference;
      return { reference: facts.reference };
    });
  }
  return result;
}

/** Return the newest checkpoint. Throws CheckError unless its ledger begins with the one of the receipt.

    `fetchText(path)` brings what stands below the ledger's address. */
export async function checkToday(earlier, key, fetchText) {
  const newest = await openCheckpoint(await fetchText("checkpoint"), key);
  if (newest.size < earlier.size) throw new CheckError("shorter", { number: newest.size });
  let proof = [];
  if (earlier.size > 0 && earlier.size < newest.size) {
    const text = await fetchText(`proof/consistency?from=${earlier.size}&to=${newest.size}`);
    proof = parseHashes(text.replace(/\n$/, "").split("\n"));
  }
  await checkConsistency(earlier.size, newest.size, earlier.root, newest.root, proof);
  return newest;
}

/** Return {index, hashes, note} of a proof as c2sp.org/tlog-proof has it. */
export function parseProof(text) {
  const blank = text.indexOf("\n\n");
  const [format, index, ...hashes] = text.slice(0, Math.max(blank, 0)).split("\n");
  if (format !== PROOF || !index || !index.startsWith("index ")) throw new CheckError("no-proof");
  return { index: toNumber(index.slice(6)), hashes: parseHashes(hashes), note: text.slice(blank + 2) };
}

/** Return the commitment that this opens, in hexadecimal: the same as funds/ledger/commitments.py. */
export async function commitmentOf(opening) {
  const parts = [DOMAIN, opening.label, opening.reference].map((text) => {
    const part = utf8(text);
    if (part.length > 65535) throw new CheckError("no-opening");
    return join(Uint8Array.of(part.length >> 8, part.length & 255), part); // so that no letter can change its part
  });
  return hex(await hmacSha256(fromHex(opening.r), join(...parts)));
}

async function checkOpening(opening, commitment) {
  const good = isObject(opening) && isText(opening.label) && isText(opening.reference) && isText(opening.r);
  if (!good || opening.r.length !== 64) throw new CheckError("no-opening");
  if (!commitment || (await commitmentOf(opening)) !== commitment) throw new CheckError("other-opening");
}

function checkForm(receipt) {
  if (!isObject(receipt) || receipt.birge !== "receipt/v1") throw new CheckError("no-receipt");
  if (![receipt.leaf, receipt.proof, receipt.key].every(isText)) throw new CheckError("no-receipt");
  const { amount } = receipt;
  if (!isObject(amount) || !Number.isSafeInteger(amount.minor) || amount.minor <= 0 || !isText(amount.currency)) {
    throw new CheckError("no-receipt");
  }
}

function factsOf(leaf) {
  const currencies = [...new Set(leaf.postings.map((each) => each.currency))];
  return {
    id: leaf.id,
    date: leaf.date,
    kind: leaf.kind,
    amounts: currencies.map((currency) => ({ minor: Number(moved(leaf.postings, currency)), currency })),
    postings: leaf.postings.map(({ account, amount, currency }) => ({ account, minor: amount, currency })),
  };
}

function parseHashes(lines) {
  const hashes = lines.map(fromBase64);
  if (hashes.some((each) => each.length !== 32)) throw new CheckError("no-proof");
  return hashes;
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isText(value) {
  return typeof value === "string" && value !== "";
}
