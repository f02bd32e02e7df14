/* The confirmation page: what the card company is told about this browser; one click, one order. */
"use strict";

const form = document.getElementById("confirm");
const button = document.getElementById("place-order");

if (window.Sekisho) {
  const info = Sekisho.browserInfo();
  for (const input of form.querySelectorAll("input[type=hidden]")) {
    if (input.name in info) input.value = String(info[input.name]);
  }
} else {
  document.getElementById("script-fault").hidden = false;
  button.disabled = true;
}

form.addEventListener("submit", () => {
  /* After this turn, so that the form itself still goes out. */
  setTimeout(() => { button.disabled = true; }, 0);
});

/* The back button may bring this page back as it was left: with a dead button. */
window.addEventListener("pageshow", (event) => {
  if (event.persisted) button.disabled = !window.Sekisho;
});
