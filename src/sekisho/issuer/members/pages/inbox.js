/* Keeps the inbox up to date without moving the focus: only the list is replaced, and only when a
   message has come or gone. Rests while nobody looks at the page. */
const EVERY_MS = 2000;
const inbox = document.getElementById("inbox");

function shown(root) {
  return [...root.querySelectorAll("[data-message]")].map((each) => each.dataset.message).join();
}

async function refresh() {
  const reply = await fetch(location.href, { cache: "no-store" });
  if (!reply.ok) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const fresh = page.getElementById("inbox");
  if (!fresh || shown(fresh) === shown(inbox)) return;
  for (const list of inbox.querySelectorAll("[data-channel]")) {
    const lists = fresh.querySelectorAll("[data-channel]");
    const same = [...lists].find((each) => each.dataset.channel === list.dataset.channel);
    if (same && shown(same) !== shown(list)) list.replaceChildren(...same.children);
  }
}

async function keepUp() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    // The bank is away for a moment: what is shown stays, the next turn tries again.
  }
  setTimeout(keepUp, EVERY_MS);
}

setTimeout(keepUp, EVERY_MS);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) refresh().catch(() => undefined);
});
