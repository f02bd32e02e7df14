// Takes the browser through 3-D Secure inside the merchant's frame, one step a page.
(() => {
  "use strict";

  const stage = document.getElementById("stage").dataset;
  const STATE_EVERY_MS = 10000;

  // The merchant's page learns what to show, never what was decided.
  const tellShop = (message) => {
    if (window.parent !== window) {
      window.parent.postMessage({ source: "sekisho", ...message }, stage.shop);
    }
  };

  // The notification page is our frame, or a frame of our frame: it calls in two ways.
  const whenNotified = (kind, act) => {
    if (typeof BroadcastChannel === "function") {
      new BroadcastChannel(stage.channel).addEventListener("message", (event) => {
        if (event.data === kind) act();
      });
    }
    window.addEventListener("message", (event) => {
      const said = event.data;
      if (event.origin !== window.location.origin || typeof said !== "object" || !said) return;
      if (said.source === "sekisho" && said.channel === stage.channel && said.type === kind) act();
    });
  };

  const once = (act) => {
    let done = false;
    return () => {
      if (done) return;
      done = true;
      act();
    };
  };

  const steps = {
    method() {
      tellShop({ type: "processing" });
      const limitMs = Number(stage.limit) * 1000;
      const goOn = once(() => document.getElementById("go-on").submit());
      const start = document.getElementById("start");
      if (!start) {
        goOn();
        return;
      }
      whenNotified("method", goOn);
      start.submit();
      const loaded = once(() => window.setTimeout(goOn, limitMs));
      document.getElementById("issuer").addEventListener("load", loaded);
      // A frame that never loads must not hold the buyer either.
      window.setTimeout(goOn, 2 * limitMs);
    },

    challenge() {
      const number = (text) => (text ? Number(text) : null);
      tellShop({ type: "challenge", width: number(stage.width), height: number(stage.height) });
      const back = once(() => window.location.replace(`${stage.page}?returned=1`));
      whenNotified("challenge", back);
      document.getElementById("start").submit();
      // The gateway learns the result by itself, too: an issuer's page that breaks ends here.
      window.setInterval(async () => {
        try {
          const answer = await fetch(`${stage.page}/state`, { credentials: "omit" });
          if (answer.ok && (await answer.json()).moved) back();
        } catch {
          // No network for a moment: the next look will tell.
        }
      }, STATE_EVERY_MS);
    },

    waiting() {
      tellShop({ type: "processing" });
    },

    returning() {
      tellShop({ type: "processing" });
      document.getElementById("start").submit();
    },
  };

  steps[stage.step]();
})();
