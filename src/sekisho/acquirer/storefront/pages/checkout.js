/* The checkout page: the card goes into the vault's frame; this page gets a token for it. */
"use strict";

const form = document.getElementById("checkout");
const mount = document.getElementById("card");
const fault = document.getElementById("card-fault");
const button = document.getElementById("go-on");
let fields = null;
let busy = false;

function complain(text) {
  fault.hidden = false;
  fault.querySelector("p").textContent = text;
}

/* What belongs to the other address is asked for only when there is one. */
function requireDelivery() {
  const wanted = document.getElementById("elsewhere").checked;
  document.querySelectorAll(".elsewhere input:not([id$=line2])").forEach((input) => {
    input.required = wanted;
  });
}

async function send() {
  if (busy) return;
  busy = true;
  button.disabled = true;
  try {
    const card = await fields.tokenize();
    form.elements.token.value = card.token;
    form.elements.brand.value = card.brand;
    form.elements.lastFour.value = card.lastFour;
    form.elements.expiryMonth.value = String(card.expiry.month);
    form.elements.expiryYear.value = String(card.expiry.year);
    form.submit();
  } catch (error) {
    busy = false;
    button.disabled = false;
    complain(error.message);
    fields.focus();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (fields) send();
});
document.getElementById("elsewhere").addEventListener("change", requireDelivery);
requireDelivery();

if (window.Sekisho) {
  fields = Sekisho.fields({ key: mount.dataset.key, mount, lang: mount.dataset.language });
  fields.on("error", (error) => {
    if (error.code === "frame_unavailable") complain(fault.dataset.blocked);
  });
  fields.on("submit", () => form.requestSubmit());
} else {
  complain(fault.dataset.blocked);
  button.disabled = true;
}
