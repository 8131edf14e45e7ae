// The conversations of this browser, kept in it alone, and the dialog that searches and clears them.

import { button, el, fill } from "./dom.js";
import { announced } from "./reply.js";
import { historyKey, read, store } from "./storage.js";
import { words } from "./words.js";

const MOST = 200; // conversations that are kept
const said = words.past;

const dialog = document.getElementById("past");
const KEY = historyKey(dialog.dataset.visitor);

// Every conversation, the newest first: {id, turns: [{question, answer, at, verdict?}]}.
export function conversations() {
  try {
    return JSON.parse(read("localStorage", KEY)) ?? [];
  } catch {
    return []; // damaged
  }
}

// Keeps a turn beside those that other tabs kept of its conversation; of one that was cleared it keeps this turn alone.
export function keep(id, turn) {
  const all = conversations();
  const { turns } = all.find((kept) => kept.id === id) ?? { turns: [] };
  write([{ id, turns: [...turns, slim(turn)] }, ...all.filter((kept) => kept.id !== id)]);
}

// Keeps what was said of a turn, where it is kept still.
export function keepVerdict(id, { at, verdict }) {
  const all = conversations();
  const turn = all.find((kept) => kept.id === id)?.turns.find((kept) => kept.at === at);
  if (turn) turn.verdict = verdict;
  write(all);
}

function forget(id) {
  write(conversations().filter((kept) => kept.id !== id));
}

// The oldest go where the browser has no room left.
function write(all) {
  const kept = all.slice(0, MOST);
  while (!store("localStorage", KEY, kept.length ? JSON.stringify(kept) : null) && kept.length) kept.pop();
}

// Passages are shown only where nothing was found; without them a turn has a third of its size.
function slim({ answer, ...turn }) {
  return { ...turn, answer: { ...answer, passages: answer.status === "not_found" ? answer.passages : [] } };
}

// The dialog: `open` gets the conversation that is chosen and the turn of it, `removed` the ids that are gone.
export function setUpPast(opener, { open, removed }) {
  const search = el("input", "field");
  Object.assign(search, { type: "search", placeholder: said.search, autocomplete: "off" });
  search.setAttribute("aria-label", said.search);
  const list = el("ol", "found");
  const clear = button("quiet", said.clear, () => {
    if (clear.textContent !== said.sure) return void (clear.textContent = said.sure);
    const gone = conversations().map(({ id }) => id);
    write([]);
    removed(gone);
    fillList();
  });
  const close = button("quiet", said.close, () => dialog.close());
  const head = el("header", "", el("h2", "", said.title), el("p", "advice", said.where), close);
  dialog.replaceChildren(head, search, list, el("footer", "", clear));
  search.addEventListener("input", fillList);
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // on the backdrop
  opener.addEventListener("click", () => {
    search.value = "";
    fillList();
    dialog.showModal();
    search.focus();
  });

  function fillList() {
    clear.textContent = said.clear;
    const all = conversations();
    const wanted = folded(search.value.trim());
    const rows = all.flatMap((conversation) => row(conversation, wanted) ?? []);
    list.replaceChildren(...rows);
    if (!rows.length) list.append(el("li", "advice", all.length ? said.no_match : said.none));
    clear.hidden = !all.length;
  }

  // A conversation's line: the first of its turns that has the words.
  function row(conversation, wanted) {
    const has = ({ question, answer }) => folded(`${question} ${announced(answer)}`).includes(wanted);
    const number = conversation.turns.findIndex(has);
    if (number < 0) return null;
    const { question, answer, at } = conversation.turns[number];
    const turns = conversation.turns.length;
    const day = new Date(at).toLocaleDateString(document.documentElement.lang);
    const when = `${day}${turns > 1 ? ` · ${fill(said.turns, turns)}` : ""}`;
    const choose = button("choice", "", () => {
      dialog.close();
      open(conversation, number);
    });
    choose.append(el("span", "asked", question), el("span", "advice", announced(answer)), el("small", "advice", when));
    const remove = button("quiet", said.remove, () => {
      forget(conversation.id);
      removed([conversation.id]);
      fillList();
      search.focus();
    });
    remove.setAttribute("aria-label", `${said.remove}${words.marks[0]}${question}`);
    return [el("li", "", choose, remove)];
  }
}

const folded = (text) => text.normalize("NFKC").toLowerCase();
