// The document that a citation names, beside the chat, at its marked words.

import { button, el } from "./dom.js";
import { words } from "./words.js";

const ROOM = matchMedia("(min-width: 64rem)"); // below, a citation opens the document's page, as any link does
const said = words.beside;

const panel = document.getElementById("beside");
let opener = null; // the link that opened it, to which the keyboard returns

// Opens links to documents beside the chat, unless they are to open in a tab of their own.
export function openBeside(event) {
  const link = event.target.closest(".source a");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || !ROOM.matches) return;
  event.preventDefault();
  show(link);
}

export function closeBeside() {
  if (panel.hidden) return;
  if (history.state?.beside) history.back();
  hide();
}

function hide() {
  panel.hidden = true;
  panel.replaceChildren();
  document.body.classList.remove("split");
  opener?.removeAttribute("aria-current");
  if (opener?.isConnected) opener.focus();
  opener = null;
}

async function show(link) {
  opener?.removeAttribute("aria-current");
  opener = link;
  link.setAttribute("aria-current", "true");
  const { title, parts } = await content(link.href);
  if (opener !== link) return; // another was opened meanwhile, or this one closed
  const whole = el("a", "quiet", said.whole);
  whole.href = link.href;
  const close = button("quiet", said.close, closeBeside);
  panel.replaceChildren(el("header", "bar", el("p", "title", title), el("p", "", whole, close)), ...parts);
  if (!history.state?.beside) history.pushState({ beside: true }, ""); // so that going back closes it
  panel.hidden = false;
  document.body.classList.add("split");
  link.scrollIntoView({ block: "nearest" }); // the chat is narrower now
  const mark = panel.querySelector("#mark");
  if (mark) mark.scrollIntoView({ block: "center", inline: "nearest" });
  panel.focus({ preventScroll: true });
}

// What the document's own page shows: the server escapes it, and the page's policy runs no script in it.
async function content(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (response?.redirected) location.assign(address); // to sign in first
  const page = new DOMParser().parseFromString(response?.ok ? await response.text() : "", "text/html");
  const sheet = page.querySelector(".sheet");
  if (!sheet) return { title: "", parts: [el("p", "note stale", said.failed)] };
  return { title: sheet.dataset.title, parts: page.querySelectorAll("main > .note, main > .sheet") };
}

panel.setAttribute("aria-label", said.label);
if (history.state?.beside) history.replaceState(null, ""); // a reload has closed it
addEventListener("popstate", () => panel.hidden || hide());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing && !document.querySelector("dialog[open]")) closeBeside();
});
