/* The page around the checks. It has no words of its own: they stand in the page, in the reader's language.

   First the file alone is checked, without the network. Then the site is asked for its key and for the ledger of
   today; where it cannot be reached, the page says so and what is proven without it stands. */

import { CheckError } from "./bytes.js";
import { ed25519, parseKey, parseTrusted } from "./note.js";
import { checkReceipt, checkToday, readReceipt } from "./receipt.js";

const MOST_BYTES = 400000; // a receipt is far smaller; a photo chosen by mistake is not read at all
const PATIENCE = 20000; // milliseconds for one answer on a slow network
const GAP = /\{(\w+)\}/g;

const at = (name) => document.getElementById(`verify-${name}`);
const page = document.getElementById("verify");
const formats = JSON.parse(at("formats").textContent);
const words = {};
for (const each of at("words").content.querySelectorAll("[data-say]")) words[each.dataset.say] = each.textContent;

let receipt = null;
let trusted = ""; // fingerprint of the key that the reader trusts
let run = 0; // what is still on its way for an earlier file must not be shown

function start() {
  at("late").hidden = true;
  if (!window.crypto || !crypto.subtle) {
    at("insecure").hidden = false;
    return;
  }
  at("drop").hidden = false;
  ed25519().catch(() => {}); // where it must be loaded: now, while there is a network
  at("file").addEventListener("change", () => {
    if (at("file").files.length) take(at("file").files[0]);
    at("file").value = ""; // so that the same file can be chosen again
  });
  at("paste").addEventListener("submit", (event) => {
    event.preventDefault();
    check(at("pasted").value);
  });
  at("trust").addEventListener("submit", (event) => {
    event.preventDefault();
    trust(at("trusted").value);
  });
  for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, drag);
}

/* On the whole page: a file that misses the zone would otherwise replace the page. */
function drag(event) {
  if (!event.dataTransfer.types.includes("Files")) return; // a text on its way into a field
  event.preventDefault();
  at("drop").classList.toggle("over", event.type === "dragover");
  if (event.type === "drop" && event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
}

async function take(file) {
  let text = "";
  try {
    if (file.size <= MOST_BYTES) text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch (error) {
    text = ""; // not UTF-8, or gone: no receipt
  }
  await check(text);
}

async function check(text) {
  run += 1;
  try {
    receipt = readReceipt(text);
  } catch (error) {
    receipt = null;
    showVerdict("odd");
    show([], {});
    arrive();
    return;
  }
  await checkAll(true);
}

async function trust(text) {
  let wrong = false;
  try {
    trusted = text.trim() ? await parseTrusted(text) : "";
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    wrong = true;
  }
  at("trusted-error").hidden = !wrong;
  at("trusted").parentElement.classList.toggle("wrong", wrong);
  if (!wrong && receipt) await checkAll(true);
}

async function checkAll(go) {
  run += 1;
  const mine = run;
  try {
    await checkSteps(() => mine === run, go);
  } catch (error) {
    if (mine !== run) return;
    showVerdict("fault"); // a fault of ours or of the browser: neither true nor false
    show([], {});
    arrive();
    throw error;
  }
}

async function checkSteps(current, go) {
  const today = { name: "today", ok: null, detail: {} };
  const key = (result) => result.steps.find((each) => each.name === "key");
  const whole = (result) => result.steps.every((each) => each.ok !== false);
  let result = await checkReceipt(receipt, trusted);
  if (!current()) return;
  if (whole(result)) {
    key(result).detail.waits = key(result).ok === null;
    today.detail.waits = true;
  }
  showResult(result, today);
  if (go) arrive();
  if (!whole(result)) return;

  if (!trusted) {
    const site = await siteKey();
    if (!current()) return;
    if (site) result = await checkReceipt(receipt, site);
    else key(result).detail.waits = false;
    if (!whole(result)) {
      showResult(result, today);
      return;
    }
  }
  try {
    const newest = await checkToday(result.checkpoint, result.key, fetchText);
    Object.assign(today, { ok: true, detail: { number: newest.size } });
  } catch (error) {
    if (error instanceof CheckError) Object.assign(today, { ok: false, detail: { reason: error.reason, ...error.values } });
    else if (error instanceof Unreachable) today.detail = {};
    else throw error;
  }
  if (current()) showResult(result, today);
}

/* What the site answers. */

class Unreachable extends Error {}

async function siteKey() {
  try {
    return (await parseKey(await fetchText("key"))).fingerprint;
  } catch (error) {
    if (error instanceof Unreachable || error instanceof CheckError) return "";
    throw error;
  }
}

async function fetchText(path) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    const answer = await fetch(page.dataset.ledger + path, { cache: "no-store", credentials: "omit", signal: stop.signal });
    // Hotels and airports answer everything, with a page of their own.
    const plain = (answer.headers.get("Content-Type") || "").startsWith("text/plain");
    if (!answer.ok || !plain) throw new Unreachable(path);
    return await answer.text();
  } catch (error) {
    throw new Unreachable(path);
  } finally {
    clearTimeout(timer);
  }
}

/* What the reader sees. */

function showResult(result, today) {
  if (result.steps[0].ok === false) {
    showVerdict("odd");
    show([], {});
    return;
  }
  const failed = [...result.steps, today].find((each) => each.ok === false);
  // Where the file itself is wrong nobody was asked for the key: not a word about it.
  const needless = (each) => each.name === "form" || (failed && each.name === "key" && each.ok === null);
  const steps = [...result.steps, today].filter((each) => !needless(each));
  const { facts } = result;
  if (failed === today) showVerdict(trusted && today.detail.reason === "unsigned" ? "foreign" : "changed");
  else if (failed) showVerdict("bad", say(failed).title);
  else if (steps.some((each) => each.detail.waits)) showVerdict("busy", "", facts);
  else if (steps.some((each) => each.name === "key" && each.ok === null)) showVerdict("open", "", facts);
  else showVerdict("good", "", facts);
  show(steps, facts);
}

const LOOKS = { changed: "bad", foreign: "bad", fault: "odd" };

function showVerdict(name, reason = "", facts = null) {
  at("verdict").dataset.state = LOOKS[name] || name;
  at("title").textContent = words[name];
  at("text").textContent = [reason && `${reason}.`, words[`${name}.text`]].filter(Boolean).join(" ");
  for (const each of ["amount", "what", "entry"]) at(each).hidden = facts === null;
  if (facts === null) return;
  at("amount").textContent = money(facts.amount);
  at("what").textContent = `${kind(facts.kind)} \u00b7 ${day(facts.date)}`;
  const known = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(facts.id);
  at("entry").hidden = !known;
  if (known) at("entry").firstElementChild.href = page.dataset.entry.replace("00000000-0000-0000-0000-000000000000", facts.id);
}

function show(steps, facts) {
  const failed = steps.findIndex((each) => each.ok === false);
  const shown = failed < 0 ? steps : steps.slice(0, failed + 1);
  refill(at("steps"), shown.map(line));
  if (failed >= 0 && failed + 1 < steps.length) at("steps").append(node("li", node("small", words.rest)));
  at("key").hidden = !facts.fingerprint || (failed >= 0 && !["key", "today"].includes(steps[failed].name));
  refill(at("fingerprint"), ((facts.fingerprint || "").match(/.{4}/g) || []).map((part) => node("span", part)));
  at("details").hidden = !facts.id;
  refill(at("facts"), factLines(facts));
}

function line(step) {
  const { title, more } = say(step);
  const shown = node("li", node("b", title), node("small", more));
  shown.className = { ok: "done", no: "bad", wait: "now", open: "open" }[state(step)];
  Object.assign(shown.dataset, { step: step.name, reason: step.detail.reason || "" });
  return shown;
}

function state(step) {
  if (step.ok !== null) return step.ok ? "ok" : "no";
  return step.detail.waits ? "wait" : "open";
}

/* The words for a step: those for its very reason if there are any, else those for its state. */
function say(step) {
  const own = step.name === "key" && trusted ? `key.${state(step)}.reader` : `${step.name}.${step.detail.reason}`;
  const name = words[own] ? own : `${step.name}.${state(step)}`;
  const values = {};
  for (const [gap, value] of Object.entries(step.detail)) values[gap] = written(value);
  return { title: fill(words[name], values), more: fill(words[`${name}.more`], values) };
}

function written(value) {
  if (typeof value === "number") return whole(value);
  return value && value.currency ? money(value) : String(value);
}

function factLines(facts) {
  const values = {
    kind: facts.kind && kind(facts.kind),
    date: facts.date && day(facts.date),
    postings: (facts.postings || []).map((each) => node("div", code(each.account), " ", money(each))),
    id: facts.id && code(facts.id),
    origin: facts.origin && code(facts.origin),
    keyId: facts.keyId && code(facts.keyId),
    index: facts.index === undefined ? "" : whole(facts.index),
    size: facts.size === undefined ? "" : whole(facts.size),
    leafHash: facts.leafHash && code(facts.leafHash),
    root: facts.root && code(facts.root),
  };
  return Object.entries(values).flatMap(([name, value]) => {
    const inside = [value].flat().filter(Boolean);
    return inside.length ? [node("dt", words[`fact.${name}`]), node("dd", ...inside)] : [];
  });
}

function code(text) {
  return node("code", text);
}

/* Bring the verdict before the eyes and to the screen reader. */
function arrive() {
  at("result").hidden = false;
  at("again").hidden = false;
  at("title").focus({ preventScroll: true });
  at("verdict").scrollIntoView({ block: "start" });
}

function refill(place, nodes) {
  place.textContent = ""; // `replaceChildren` is younger than some phones here
  place.append(...nodes);
}

function node(name, ...inside) {
  const made = document.createElement(name);
  made.append(...inside);
  return made;
}

function fill(text, values) {
  return text.replace(GAP, (gap, name) => (name in values ? values[name] : gap));
}

function kind(name) {
  return Object.prototype.hasOwnProperty.call(formats.kinds, name) ? formats.kinds[name] : name;
}

function day(text) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const month = parts && formats.months[Number(parts[2]) - 1];
  return month ? fill(month, { year: parts[1], day: String(Number(parts[3])) }) : text;
}

function whole(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, formats.group);
}

function money({ minor, currency }) {
  const known = Object.prototype.hasOwnProperty.call(formats.currencies, currency);
  const { exponent, text } = known ? formats.currencies[currency] : { exponent: 0, text: `{number} ${currency}` };
  const digits = String(Math.abs(minor)).padStart(exponent + 1, "0");
  const small = digits.slice(digits.length - exponent);
  const number = whole(digits.slice(0, digits.length - exponent)) + (/[1-9]/.test(small) ? formats.decimal + small : "");
  return (minor < 0 ? "\u2212" : "") + fill(text, { number });
}

start();
