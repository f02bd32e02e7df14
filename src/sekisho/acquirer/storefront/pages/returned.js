/* In the frame, back from the gateway: tells the shop's own page around it, and nobody else. */
"use strict";

const origin = document.getElementById("returned").dataset.origin;
const signal = { source: "sekisho", type: "finished" };
if (window.parent !== window) {
  window.parent.postMessage(signal, origin);
  if (window.top !== window.parent) window.top.postMessage(signal, origin);
}
