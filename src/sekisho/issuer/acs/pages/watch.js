// Looks every two seconds whether the bank's app has answered, and then loads the page again.
(() => {
  "use strict";
  const form = document.getElementById("watch");
  const look = async () => {
    try {
      const reply = await fetch(form.dataset.status, { cache: "no-store", credentials: "omit" });
      if (reply.ok && (await reply.json()).page !== form.dataset.page) {
        location.replace(location.href.split("#")[0]);
        return;
      }
    } catch {
      // The bank is away for a moment: the next turn tries again.
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
})();
