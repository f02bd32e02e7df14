/*
 * The card form inside its frame. What is typed here goes to the vault and nowhere else; the page
 * around the frame learns the brand, whether the form is complete, and at the end the token.
 */
"use strict";

const form = document.getElementById("card");
const facts = JSON.parse(document.getElementById("facts").textContent);
const inputs = {
  number: document.getElementById("number"),
  expiry: document.getElementById("expiry"),
  securityCode: document.getElementById("security-code"),
};
const ORDER = ["number", "expiry", "securityCode"];
const SERVER_NAMES = {
  accountNumber: "number", "expiry.month": "expiry", "expiry.year": "expiry", expiry: "expiry",
  securityCode: "securityCode",
};
const NUMBER_DIGITS_MAX = 19;
let port = null;
let nonce = null;
let busy = false;

/* Digits only, whatever the keyboard or the clipboard gives: full-width ones too. */
function digitsOf(text) {
  return text.normalize("NFKC").replace(/\D/g, "");
}

function brandOf(digits) {
  let best = null;
  for (const brand of facts.brands) {
    for (const [low, high] of brand.prefixes) {
      const width = String(low).length;
      const head = Number(digits.slice(0, width));
      const fits = digits.length >= width && low <= head && head <= high;
      if (fits && (best === null || width > best.width)) best = { width, brand };
    }
  }
  return best ? best.brand : null;
}

function luhnHolds(digits) {
  let total = 0;
  for (let place = 0; place < digits.length; place += 1) {
    let value = Number(digits[digits.length - 1 - place]);
    if (place % 2) value = value > 4 ? value * 2 - 9 : value * 2;
    total += value;
  }
  return total % 10 === 0;
}

function grouped(digits) {
  const sizes = brandOf(digits)?.groups ?? [4, 4, 4, 4, 3];
  const groups = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= digits.length) break;
    groups.push(digits.slice(at, at + size));
    at += size;
  }
  return groups.join(" ");
}

/* "5" can only be May; a year may come with its century, as browsers fill it in. */
function expiryText(digits, adding) {
  let kept = /^[2-9]/.test(digits) ? "0" + digits : digits;
  const century = kept.length > 4 && kept.slice(2, 4) === "20";
  if (century && kept.length >= 6) kept = kept.slice(0, 2) + kept.slice(4, 6);
  kept = kept.slice(0, century && kept.length === 5 ? 5 : 4);
  const slash = kept.length > 2 || (kept.length === 2 && adding);
  return slash ? kept.slice(0, 2) + "/" + kept.slice(2) : kept;
}

/* Where the caret belongs after `count` digits; past a separator when something was added. */
function caretAfter(text, count, adding) {
  let at = 0;
  for (let seen = 0; seen < count && at < text.length; at += 1) {
    if (/\d/.test(text[at])) seen += 1;
  }
  if (adding) while (at < text.length && !/\d/.test(text[at])) at += 1;
  return at;
}

/* Writes the text in its form, the caret staying where the person has it. */
function reformat(input, write, event, before) {
  const deleting = event.inputType?.startsWith("delete") ?? false;
  const caret = input.selectionStart ?? input.value.length;
  let digits = digitsOf(input.value);
  let ahead = digitsOf(input.value.slice(0, caret)).length;
  if (deleting && digits === before && digits.length > 0) {
    // Only a separator went: the person meant the digit beside it.
    if (event.inputType === "deleteContentBackward" && ahead > 0) {
      digits = digits.slice(0, ahead - 1) + digits.slice(ahead);
      ahead -= 1;
    } else if (event.inputType === "deleteContentForward") {
      digits = digits.slice(0, ahead) + digits.slice(ahead + 1);
    }
  }
  const text = write(digits, !deleting);
  const grown = digitsOf(text).length - digits.length;
  input.value = text;
  if (document.activeElement === input) {
    const place = caretAfter(text, ahead + (ahead > 0 ? Math.max(grown, 0) : 0), !deleting);
    input.setSelectionRange(place, place);
  }
}

const CHECKS = {
  number() {
    const digits = digitsOf(inputs.number.value);
    if (!digits) return "number_missing";
    const brand = brandOf(digits);
    if (digits.length >= 6 && !brand) return "brand_unknown";
    if (!brand || !brand.lengths.includes(digits.length)) return "number_incomplete";
    return luhnHolds(digits) ? null : "number_wrong";
  },
  expiry() {
    const digits = digitsOf(inputs.expiry.value);
    if (!digits) return "expiry_missing";
    const month = Number(digits.slice(0, 2));
    if (digits.length !== 4 || month < 1 || month > 12) return "expiry_wrong";
    const year = 2000 + Number(digits.slice(2));
    const now = new Date();
    const past = year * 12 + month < now.getFullYear() * 12 + now.getMonth() + 1;
    return past ? "expiry_past" : null;
  },
  securityCode() {
    const digits = digitsOf(inputs.securityCode.value);
    if (!digits) return "code_missing";
    const wanted = brandOf(digitsOf(inputs.number.value))?.code;
    const fits = wanted ? digits.length === wanted : digits.length === 3 || digits.length === 4;
    if (fits) return null;
    return wanted === 4 ? "code_four" : "code_three";
  },
};

function say(message) {
  if (port) port.postMessage({ source: "sekisho", nonce, ...message });
}

function sayHeight() {
  say({ type: "height", height: Math.ceil(form.getBoundingClientRect().height) });
}

function show(name, word, text) {
  const input = inputs[name];
  const place = document.getElementById(input.id + "-error");
  place.textContent = text ?? (word ? facts.words[word] : "");
  if (place.textContent) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function shownBrand(brand) {
  for (const mark of document.querySelectorAll("[data-brand]")) {
    mark.hidden = mark.dataset.brand !== (brand ? brand.id : "");
  }
  document.getElementById("brand-name").textContent = brand ? brand.name : "";
  const four = brand?.code === 4;
  document.getElementById("code-three").hidden = four;
  document.getElementById("code-four").hidden = !four;
  inputs.securityCode.maxLength = brand ? brand.code : 4;
}

function sayChange() {
  const brand = brandOf(digitsOf(inputs.number.value));
  shownBrand(brand);
  say({
    type: "change",
    complete: ORDER.every((name) => CHECKS[name]() === null),
    brand: brand ? brand.id : null,
  });
}

function watch(name, write) {
  const input = inputs[name];
  let before = "";
  const react = (event) => {
    if (event.isComposing) return; // Japanese input: wait until the text is settled.
    reformat(input, write, event, before);
    before = digitsOf(input.value);
    if (input.hasAttribute("aria-invalid") && CHECKS[name]() === null) show(name, null);
    sayChange();
  };
  input.addEventListener("input", react);
  input.addEventListener("compositionend", react);
  input.addEventListener("blur", () => {
    // An empty field was perhaps only passed through: it is asked for at the end.
    if (input.value) show(name, CHECKS[name]());
  });
}

function firstWrong(found) {
  const name = ORDER.find((each) => found.includes(each));
  if (name) inputs[name].focus();
}

function checkAll() {
  const wrong = [];
  for (const name of ORDER) {
    const word = CHECKS[name]();
    show(name, word);
    if (word) wrong.push(name);
  }
  return wrong;
}

function notice(text) {
  const place = document.getElementById("notice");
  place.textContent = text;
  place.hidden = !text;
}

function fail(id, code, message, fields = []) {
  say({ type: "failed", id, code, message, fields });
}

async function send() {
  const expiry = digitsOf(inputs.expiry.value);
  return fetch(facts.tokens, {
    method: "POST",
    headers: { "content-type": "application/json" },
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
    body: JSON.stringify({
      key: facts.key,
      ticket: facts.ticket,
      parentOrigin: facts.parent,
      accountNumber: digitsOf(inputs.number.value),
      expiry: { month: Number(expiry.slice(0, 2)), year: 2000 + Number(expiry.slice(2)) },
      securityCode: digitsOf(inputs.securityCode.value),
    }),
  });
}

/* The vault found something that this form did not: say it where it belongs. */
function refused(id, status, answer) {
  const named = Array.isArray(answer.errors) ? answer.errors : [];
  const fields = [...new Set(named.map((each) => SERVER_NAMES[each.field]).filter(Boolean))];
  const code = status === 429 ? "too_many" : answer.code === "form_expired" ? "form_expired" : "refused";
  if (fields.length > 0) {
    for (const name of fields) show(name, name === "number" ? "number_wrong" : CHECKS[name]() ?? name + "_refused");
    firstWrong(fields);
    fail(id, "invalid", facts.words.check_fields, fields);
    return;
  }
  notice(facts.words[code]);
  fail(id, code, facts.words[code]);
}

async function tokenize(id) {
  if (busy) {
    fail(id, "busy", facts.words.busy);
    return;
  }
  notice("");
  const wrong = checkAll();
  sayHeight();
  if (wrong.length > 0) {
    firstWrong(wrong);
    fail(id, "invalid", facts.words.check_fields, wrong);
    return;
  }
  busy = true;
  try {
    const reply = await send();
    const answer = await reply.json();
    if (reply.status === 201) {
      const { token, brand, lastFour, expiry } = answer;
      say({ type: "token", id, made: { token, brand, lastFour, expiry } });
    } else {
      refused(id, reply.status, answer);
    }
  } catch {
    // No route, or not our JSON: nothing was made that anybody knows of, so trying again is safe.
    notice(facts.words.unreachable);
    fail(id, "unreachable", facts.words.unreachable);
  } finally {
    busy = false;
    sayHeight();
  }
}

function heard(said) {
  if (!said || said.source !== "sekisho" || said.nonce !== nonce) return;
  if (said.type === "tokenize" && Number.isInteger(said.id)) tokenize(said.id);
  if (said.type === "focus") {
    const open = ORDER.filter((name) => CHECKS[name]() !== null);
    firstWrong(open.length > 0 ? open : ORDER);
  }
}

function relabel(labels) {
  for (const name of ORDER) {
    const text = labels?.[name];
    if (typeof text === "string" && text.length > 0 && text.length <= 60) {
      document.querySelector(`label[for="${inputs[name].id}"] .label-text`).textContent = text;
    }
  }
}

/* The shop's page hands over a port, once. Who speaks must be our parent, from an origin that the
   shop has registered; the browser has held the frame to the same list. */
window.addEventListener("message", (event) => {
  const said = event.data;
  const known = event.source === window.parent && facts.origins.includes(event.origin);
  if (!known || !said || said.source !== "sekisho" || said.type !== "connect") return;
  if (said.version !== 1 || !/^[0-9a-f]{32}$/.test(said.nonce) || event.ports.length !== 1) return;
  if (port) return;
  [port] = event.ports;
  nonce = said.nonce;
  facts.parent = event.origin;
  port.onmessage = (inner) => heard(inner.data);
  relabel(said.labels);
  say({ type: "ready" });
  sayHeight();
  sayChange();
});

watch("number", (digits) => grouped(digits.slice(0, NUMBER_DIGITS_MAX)));
watch("expiry", expiryText);
watch("securityCode", (digits) => digits.slice(0, 4));
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) say({ type: "submit" });
});
new ResizeObserver(sayHeight).observe(form);
