// The conversations of this browser, kept in it alone, and the dialog that searches and clears them.

import { button, el, fill } from "./dom.js";
import { announced } from "./reply.js";
import { read, write } from "./storage.js";
import { words } from "./words.js";

const MOST = 200; // conversations that are kept
const said = words.past;

const dialog = document.getElementById("past");
const KEY = `conversations/${dialog.dataset.visitor}`;

// Every conversation, the newest first: {id, turns: [{question, answer, at, verdict?}]}.
export function conversations() {
  return JSON.parse(read("localStorage", KEY)) ?? [];
}

// Keeps a conversation; the oldest go where the browser has no room left.
export function keep(conversation) {
  const others = conversations().filter(({ id }) => id !== conversation.id);
  const all = (conversation.turns.length ? [slim(conversation), ...others] : others).slice(0, MOST);
  while (!write("localStorage", KEY, JSON.stringify(all)) && all.length > 1) all.pop();
}

// Passages are shown only where nothing was found; without them a turn has a third of its size.
function slim({ id, turns }) {
  const without = ({ answer, ...turn }) => {
    const passages = answer.status === "not_found" ? answer.passages : [];
    return { ...turn, answer: { ...answer, passages } };
  };
  return { id, turns: turns.map(without) };
}

// Signing out leaves no conversation behind for whoever signs in next.
document.getElementById("sign-out")?.addEventListener("submit", () => {
  write("localStorage", KEY, null);
  write("sessionStorage", "conversation", null);
});

// The dialog: `open` gets the conversation that is chosen and the turn of it, `removed` the ids that are gone.
export function setUpPast(opener, { open, removed }) {
  const search = el("input", "field");
  Object.assign(search, { type: "search", placeholder: said.search, autocomplete: "off" });
  search.setAttribute("aria-label", said.search);
  const list = el("ol", "found");
  const clear = button("quiet", said.clear, () => {
    if (clear.textContent !== said.sure) return void (clear.textContent = said.sure);
    const gone = conversations().map(({ id }) => id);
    write("localStorage", KEY, null);
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
      keep({ id: conversation.id, turns: [] });
      removed([conversation.id]);
      fillList();
      search.focus();
    });
    remove.setAttribute("aria-label", `${said.remove}${words.marks[0]}${question}`);
    return [el("li", "", choose, remove)];
  }
}

const folded = (text) => text.normalize("NFKC").toLowerCase();
