/* Keeps the list of prompts up to date, unless somebody is typing in it. Rests while nobody looks. */
const EVERY_MS = 2000;
const prompts = document.getElementById("prompts");

function shown(root) {
  return [...root.querySelectorAll("[data-prompt]")].map((each) => each.dataset.prompt).join();
}

async function refresh() {
  const reply = await fetch(location.href, { cache: "no-store" });
  if (!reply.ok) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const fresh = page.getElementById("prompts");
  if (!fresh || shown(fresh) === shown(prompts) || prompts.contains(document.activeElement)) return;
  prompts.replaceChildren(...fresh.children);
}

async function keepUp() {
  try {
    if (!document.hidden) await refresh();
  } catch {
    // The bank is away for a moment: the next turn tries again.
  }
  setTimeout(keepUp, EVERY_MS);
}

setTimeout(keepUp, EVERY_MS);
