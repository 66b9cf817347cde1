/* The bytes of a ledger entry, version 1. The same as engine/birge_engine/leaf.py. */

import { CheckError, utf8 } from "./bytes.js";

const MOST_BYTES = 65535;
const REQUIRED = ["v", "id", "date", "kind", "book", "postings", "documents"];
const OPTIONAL = ["commitment", "tag", "reverses", "resolves", "group", "rule"];
const HALF_CHARACTER = /[\ud800-\udbff](?![\udc00-\udfff])|(?:^|[^\ud800-\udbff])[\udc00-\udfff]/;

/** Return the content of a leaf. Throws CheckError unless the text is exactly the canonical one. */
export function decodeLeaf(text) {
  if (HALF_CHARACTER.test(text) || utf8(text).length > MOST_BYTES) throw new CheckError("leaf-form");
  let content;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new CheckError("leaf-form");
  }
  checkFields(content, REQUIRED, OPTIONAL);
  if (content.v !== 1) throw new CheckError("leaf-version");
  for (const name of Object.keys(content)) {
    if (!["v", "postings", "documents"].includes(name)) checkText(content[name]);
  }
  checkPostings(content.postings);
  checkDocuments(content.documents);
  // Last: now it is shallow, and every number is whole.
  if (canonical(content) !== text) throw new CheckError("leaf-form");
  return content;
}

/** Return the canonical JSON of RFC 8785, for objects, arrays, texts and whole numbers. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const pairs = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
    return `{${pairs.join(",")}}`;
  }
  return JSON.stringify(value);
}

/** Return the sums over postings by currency, in whole minor units. */
export function sums(postings) {
  const found = new Map();
  for (const each of postings) found.set(each.currency, (found.get(each.currency) || 0n) + BigInt(each.amount));
  return found;
}

const SPENDING = ["advance", "spent", "accountable"];

/** Return what the entry moved in one currency: what it put into `held` accounts, else the sum of its debits. What a
 *  tranche leaves to be accounted for is the money that left: it is not counted twice. */
export function moved(postings, currency) {
  const all = postings.filter((each) => each.currency === currency);
  const rest = all.filter((each) => !SPENDING.includes(each.account.split(":")[0]));
  const own = rest.length ? rest : all;
  const credits = own.filter((each) => each.account.startsWith("held:") && each.amount < 0);
  if (credits.length) return -(sums(credits).get(currency));
  return sums(own.filter((each) => each.amount > 0)).get(currency) || 0n;
}

function checkPostings(postings) {
  if (!Array.isArray(postings) || postings.length < 2) throw new CheckError("leaf-form");
  for (const each of postings) {
    checkFields(each, ["account", "amount", "currency"], ["version"]);
    checkText(each.account);
    checkText(each.currency);
    if (!Number.isSafeInteger(each.amount) || each.amount === 0) throw new CheckError("leaf-form");
    if ("version" in each && !(Number.isSafeInteger(each.version) && each.version >= 1)) throw new CheckError("leaf-form");
  }
  if ([...sums(postings).values()].some((sum) => sum !== 0n)) throw new CheckError("sums");
}

function checkDocuments(documents) {
  if (!Array.isArray(documents)) throw new CheckError("leaf-form");
  for (const each of documents) {
    checkFields(each, ["sha256", "type"], []);
    checkText(each.type);
    if (!/^[0-9a-f]{64}$/.test(checkText(each.sha256))) throw new CheckError("leaf-form");
  }
}

function checkFields(value, required, optional) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new CheckError("leaf-form");
  const names = Object.keys(value);
  const missing = required.some((name) => !names.includes(name));
  if (missing || names.some((name) => !required.includes(name) && !optional.includes(name))) {
    throw new CheckError("leaf-form");
  }
}

function checkText(value) {
  if (typeof value !== "string" || !value || HALF_CHARACTER.test(value)) throw new CheckError("leaf-form");
  return value;
}
