/* The payment page: opens the gateway's frame, and goes on when the shop's server says so. */
"use strict";

const stage = document.getElementById("stage");
const frame = document.getElementById("authentication");
const status = document.getElementById("status");
const PATIENT_MS = 3000;
const EAGER_MS = 700;
let pause = PATIENT_MS;
let started = false;
let timer = 0;

function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

function start(url) {
  if (started) return;
  started = true;
  if (!window.Sekisho) {
    say(status.dataset.fails);
    return;
  }
  const run = Sekisho.authenticate({
    url,
    frame,
    onChallenge: () => {
      say(status.dataset.asks);
      stage.classList.add("stage--asked");
      status.scrollIntoView({ block: "start" });
      frame.focus();
    },
  });
  /* A signal only. How it ended is for the shop's server to find out. */
  run.done.then(() => {
    stage.classList.remove("stage--asked");
    say(status.dataset.waits);
    pause = EAGER_MS;
    look();
  });
}

async function look() {
  clearTimeout(timer);
  try {
    const reply = await fetch(stage.dataset.status, { headers: { Accept: "application/json" } });
    if (reply.status === 404) {
      location.replace(stage.dataset.outcome);
      return;
    }
    if (reply.ok) {
      const where = await reply.json();
      if (where.next) {
        location.replace(where.next);
        return;
      }
      if (where.url) start(where.url);
    }
  } catch (offline) {
    /* Asked again below: a phone that loses its network for a moment comes back. */
  }
  timer = setTimeout(look, pause);
}

if (stage.dataset.url) start(stage.dataset.url);
look();
