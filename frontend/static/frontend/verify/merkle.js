/* The Merkle tree of RFC 9162: whether a proof holds. The same as engine/birge_engine/merkle.py.

   Sizes go up to 2**53 - 1. Bit operations of JavaScript end at 2**32, so everything is divided instead. */

import { CheckError, equal } from "./bytes.js";
import { sha256 } from "./sha256.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function hashLeaf(data) {
  return sha256(LEAF, data);
}

export function hashNode(left, right) {
  return sha256(NODE, left, right);
}

/** Throw CheckError unless the leaf stands at `index` in the tree of `size` with this root (RFC 9162, 2.1.3.2). */
export async function checkInclusion(index, size, leafHash, proof, root) {
  if (!whole(index) || !whole(size) || index >= size) throw new CheckError("index");
  let here = index;
  let last = size - 1;
  let node = leafHash;
  for (const each of proof) {
    if (last === 0) throw new CheckError("proof-long");
    if (odd(here) || here === last) {
      node = await hashNode(each, node);
      while (!odd(here) && here !== 0) [here, last] = [half(here), half(last)];
    } else {
      node = await hashNode(node, each);
    }
    [here, last] = [half(here), half(last)];
  }
  if (last !== 0) throw new CheckError("proof-short");
  if (!equal(node, root)) throw new CheckError("proof-root");
}

/** Throw CheckError unless the tree of `size` begins with the tree of `first` (RFC 9162, 2.1.4.2). */
export async function checkConsistency(first, size, firstRoot, root, proof) {
  if (!whole(first) || !whole(size) || first > size) throw new CheckError("shorter");
  if (first === 0 || first === size) {
    const same = first === size ? equal(firstRoot, root) : equal(firstRoot, await sha256());
    if (proof.length || !same) throw new CheckError("changed");
    return;
  }
  const path = powerOfTwo(first) ? [firstRoot, ...proof] : proof;
  if (!path.length) throw new CheckError("proof-short");
  let here = first - 1;
  let last = size - 1;
  while (odd(here)) [here, last] = [half(here), half(last)];
  let earlier = path[0];
  let later = path[0];
  for (const each of path.slice(1)) {
    if (last === 0) throw new CheckError("proof-long");
    if (odd(here) || here === last) {
      earlier = await hashNode(each, earlier);
      later = await hashNode(each, later);
      while (!odd(here) && here !== 0) [here, last] = [half(here), half(last)];
    } else {
      later = await hashNode(later, each);
    }
    [here, last] = [half(here), half(last)];
  }
  if (last !== 0) throw new CheckError("proof-short");
  if (!equal(earlier, firstRoot) || !equal(later, root)) throw new CheckError("changed");
}

function whole(number) {
  return Number.isSafeInteger(number) && number >= 0;
}

function odd(number) {
  return number % 2 === 1;
}

function half(number) {
  return Math.floor(number / 2);
}

function powerOfTwo(number) {
  while (number > 1 && !odd(number)) number = half(number);
  return number === 1;
}
