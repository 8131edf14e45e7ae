// Which documents may answer: the fields under the question, and in a few words what they say.

import { fill } from "./dom.js";
import { words } from "./words.js";

const box = document.getElementById("scope");
const form = box.closest("form");
const summary = box.querySelector("summary");
const clear = box.querySelector("button");
const NAMES = ["document", "source", "date_from", "date_to"];

// The filters of POST /api/ask; null where all documents may answer.
export function filters() {
  const told = new FormData(form);
  const [from, to] = [told.get("date_from"), told.get("date_to")];
  if (to && from > to) [["date_from", to], ["date_to", from]].forEach(([name, day]) => told.set(name, day));
  const set = NAMES.map((name) => [name, told.get(name)]).filter(([, value]) => value);
  return set.length ? Object.fromEntries(set) : null;
}

// What the filters are, in words; empty where all documents may answer.
export function bounds() {
  const set = filters();
  const dates = set && (set.date_from || set.date_to) && `${set.date_from ?? ""}～${set.date_to ?? ""}`;
  const document = set?.document && form.elements.document.closest("label").textContent.trim();
  return [document, set?.source, dates].filter(Boolean).join(" · ");
}

// Lifts these bounds, or all.
export function unbind(names = NAMES) {
  for (const name of names) {
    const field = form.elements[name];
    if (field?.type === "checkbox") field.checked = false;
    else if (field) field.value = "";
  }
  show();
}

function show() {
  const told = bounds();
  summary.textContent = told ? fill(words.scope.some, told) : words.scope.all;
  summary.classList.toggle("set", Boolean(told));
  clear.hidden = !told;
}

clear.addEventListener("click", () => unbind());
box.addEventListener("change", show);
document.addEventListener("click", (event) => {
  if (box.open && !box.contains(event.target)) box.open = false;
});
box.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !box.open) return;
  event.stopPropagation(); // the document beside the chat stays
  box.open = false;
  summary.focus();
});
box.open = false; // without JavaScript it is open where it bounds, since its summary cannot say so
show();
