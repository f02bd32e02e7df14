// Tells the bank what this browser is, then the shop's payment service that it has been told.
(() => {
  "use strict";
  const form = document.getElementById("notification");
  const text = (value) => (value === undefined || value === null ? "" : String(value));
  const screenSize = () => `${screen.width}x${screen.height}`;
  const facts = {
    userAgent: text(navigator.userAgent),
    language: text(navigator.language),
    languages: text((navigator.languages || []).join(",")),
    platform: text(navigator.platform),
    screen: screenSize(),
    colorDepth: text(screen.colorDepth),
    pixelRatio: text(window.devicePixelRatio),
    timeZone: text(Intl.DateTimeFormat().resolvedOptions().timeZone),
    timeZoneOffset: text(new Date().getTimezoneOffset()),
    processors: text(navigator.hardwareConcurrency),
    memory: text(navigator.deviceMemory),
    touchPoints: text(navigator.maxTouchPoints),
    cookies: text(navigator.cookieEnabled),
  };
  let submitted = false;
  const notify = () => {
    if (!submitted) {
      submitted = true;
      form.submit();
    }
  };
  // The buyer waits for the notification: a profile that does not arrive must not hold it up.
  setTimeout(notify, 3000);
  fetch(form.dataset.profile, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token: form.dataset.token, facts }),
    credentials: "omit",
    referrerPolicy: "no-referrer",
  }).then(notify, notify);
})();
