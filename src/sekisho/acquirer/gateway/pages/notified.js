// Tells the page around us, and it alone, that the issuer has sent the browser back.
(() => {
  "use strict";

  const { kind, channel } = document.getElementById("notice").dataset;
  if (typeof BroadcastChannel === "function") {
    new BroadcastChannel(channel).postMessage(kind);
  }
  const message = { source: "sekisho", type: kind, channel };
  for (let frame = window; frame.parent !== frame; frame = frame.parent) {
    frame.parent.postMessage(message, window.location.origin);
  }
})();
