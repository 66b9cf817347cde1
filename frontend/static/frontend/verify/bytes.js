/* Bytes and texts. What is not exactly right is refused. */

/** Something that does not hold. `reason` is a short word for programs; `values` fill the reader's sentence. */
export class CheckError extends Error {
  constructor(reason, values = {}) {
    super(reason);
    this.reason = reason;
    this.values = values;
  }
}

const encoder = new TextEncoder();

export function utf8(text) {
  return encoder.encode(text);
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new CheckError("hex");
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** Only the one way to write these bytes: browsers would also read blanks, and no padding. */
export function fromBase64(text) {
  let data;
  try {
    data = atob(text);
  } catch (error) {
    throw new CheckError("base64");
  }
  if (btoa(data) !== text) throw new CheckError("base64");
  return Uint8Array.from(data, (character) => character.charCodeAt(0));
}

export function toBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** A whole number as programs write it: no sign, no zeros in front, exact in a browser. */
export function toNumber(text) {
  const number = /^(0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(number)) throw new CheckError("number");
  return number;
}
