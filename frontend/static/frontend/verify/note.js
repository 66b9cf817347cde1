/* Signed notes and checkpoints as C2SP has them, signed with Ed25519. The same as engine/birge_engine/note.py. */

import { CheckError, fromBase64, hex, join, toNumber, utf8 } from "./bytes.js";
import { sha256 } from "./sha256.js";

const ED25519 = 1; // the kind of a log's key; witnesses have others
const MOST_BYTES = 100000;
const DASH = "\u2014";
const FINGERPRINT_DIGITS = 32; // 128 bits: enough against a forged key, few enough to compare by eye

/** Read a key as it is published: name, id in hexadecimal, kind and key in base64. */
export async function parseKey(text) {
  const [name, rest] = cut(text.trim(), "+");
  const [id, encoded] = cut(rest, "+");
  const data = fromBase64(encoded);
  if (!name || /\s/.test(name) || data.length !== 33 || data[0] !== ED25519) throw new CheckError("key");
  const digest = hex(await sha256(utf8(`${name}\n`), data));
  if (digest.slice(0, 8) !== id) throw new CheckError("key");
  return { name, public: data.slice(1), id, fingerprint: digest.slice(0, FINGERPRINT_DIGITS) };
}

/** Return the fingerprint of a key that the reader trusts: written as a whole key, or as its fingerprint. */
export async function parseTrusted(text) {
  const bare = text.replace(/\s/g, "");
  if (bare.includes("+")) return (await parseKey(bare)).fingerprint;
  const digits = bare.replace(/[-:]/g, "").toLowerCase();
  if (!/^[0-9a-f]+$/.test(digits) || digits.length !== FINGERPRINT_DIGITS) throw new CheckError("key");
  return digits;
}

/** Take a note apart: its text (ending with a newline) and its signatures, not yet checked. */
export function parseNote(text) {
  const blank = text.lastIndexOf("\n\n");
  if (blank < 1 || !text.endsWith("\n") || blank + 2 >= text.length || utf8(text).length > MOST_BYTES) {
    throw new CheckError("note");
  }
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) throw new CheckError("note");
  const lines = text.slice(blank + 2, -1).split("\n");
  return { text: text.slice(0, blank + 1), signatures: lines.map(parseSignature) };
}

/** Read the text of a note as a checkpoint. Lines after the third are not ours to judge. */
export function parseCheckpoint(text) {
  const lines = text.split("\n");
  if (lines.length < 4 || lines.pop() !== "" || lines.includes("")) throw new CheckError("checkpoint");
  const checkpoint = { origin: lines[0], size: toNumber(lines[1]), root: fromBase64(lines[2]) };
  if (checkpoint.root.length !== 32) throw new CheckError("checkpoint");
  return checkpoint;
}

/** Return the checkpoint in a signed note. Throws CheckError unless it is signed by `key` and is of its log. */
export async function openCheckpoint(text, key) {
  const note = parseNote(text);
  const found = note.signatures.find((each) => each.name === key.name && each.keyId === key.id);
  if (!found) throw new CheckError("unsigned");
  if (!(await signatureHolds(key.public, utf8(note.text), found.bytes))) throw new CheckError("signature");
  const checkpoint = parseCheckpoint(note.text);
  if (checkpoint.origin !== key.name) throw new CheckError("origin");
  return checkpoint;
}

/** Say whether this is a true Ed25519 signature. */
export async function signatureHolds(key, message, signature) {
  if (signature.length !== 64) return false;
  const verify = await ed25519();
  return verify(key, message, signature);
}

let chosen = null;

/** Return what checks signatures here. Pages call it early: later there may be no network to load the other one. */
export function ed25519() {
  if (chosen === null) {
    chosen = choose();
    chosen.catch(() => { chosen = null; }); // not loaded: try again next time
  }
  return chosen;
}

async function choose() {
  try {
    await crypto.subtle.importKey("raw", BASE_POINT, { name: "Ed25519" }, false, ["verify"]);
    return native;
  } catch (error) {
    const noble = await import("./vendor/noble-ed25519/index.js");
    // The rules of RFC 8032, as the browsers' and Python's own: the other ones take more signatures.
    return (key, message, signature) => noble.verifyAsync(signature, message, key, { zip215: false });
  }
}

const BASE_POINT = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 0x58 : 0x66));

async function native(key, message, signature) {
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    return false; // some browsers refuse a key here that is no point of the curve
  }
  return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
}

function parseSignature(line) {
  const [dash, rest] = cut(line, " ");
  const [name, encoded] = cut(rest, " ");
  const data = fromBase64(encoded);
  if (dash !== DASH || !name || data.length < 5) throw new CheckError("note");
  return { name, keyId: hex(data.slice(0, 4)), bytes: data.slice(4) };
}

function cut(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
