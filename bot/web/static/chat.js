// The chat without page loads.

import { actions } from "./actions.js";
import { closeBeside, openBeside } from "./beside.js";
import { button, el, fill } from "./dom.js";
import { conversations, keep, keepVerdict, setUpPast } from "./past.js";
import { announced, reply } from "./reply.js";
import { bounds, filters, unbind } from "./scope.js";
import { read, store } from "./storage.js";
import { setUpUploads } from "./upload.js";
import { inWords, words } from "./words.js";

const NEAREST = 3; // passages to show where no answer was found; pages.py asks for as many
const PATIENCE = 60_000; // milliseconds
const LONGEST = 1000; // code points of a question

const conversation = document.getElementById("conversation");
const form = document.getElementById("ask");
const input = document.getElementById("q");
const submit = form.querySelector("button[type=submit]");
const fresh = document.getElementById("new");
const past = document.getElementById("open-past");
const status = document.getElementById("status");
const starters = document.getElementById("starters");
const api = form.dataset;

let current = remembered();
let busy = false;

// ---- turns ----

const turnOf = (question, ...parts) => el("article", "turn", el("h2", "question", question), ...parts);

function answered(turn, id = current.id) {
  const changed = () => keepVerdict(id, turn);
  const row = actions(turn, { api: api.feedback, announce, changed });
  return turnOf(turn.question, reply(turn.answer), ...wider(turn), row);
}

// Where nothing was found within bounds: what they were, and a way to ask without them.
function wider({ question, answer, bounds }) {
  if (answer.status !== "not_found" || !bounds) return [];
  const everywhere = button("quiet", words.scope.everywhere, () => {
    if (busy) return;
    unbind();
    ask(question);
  });
  return [el("p", "wider", fill(words.scope.only, bounds), " ", everywhere)];
}

const waiting = () => el("div", "reply waiting", el("p", "advice", words.looking, el("span", "dots", "…")));

function failure(question, { failure, detail }) {
  const again = button("quiet", words.retry, () => {
    if (busy) return;
    again.closest(".turn").remove();
    ask(question);
  });
  const told = detail ? [el("p", "detail", detail)] : [];
  return el("div", "reply failed", el("p", "headline", failure), ...told, again);
}

// What a screen reader is told; `shown` where the eye needs it too.
function announce(text, shown = false) {
  status.textContent = text;
  status.className = shown ? "told" : "unseen";
}

// ---- asking ----

async function answerTo(question) {
  const previous = current.turns.at(-1)?.answer.understood ?? null; // whole, so that follow-ups can follow follow-ups
  let response;
  try {
    response = await fetch(api.ask, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...inWords },
      body: JSON.stringify({ question, previous, top_k: NEAREST, filters: filters() }),
      signal: AbortSignal.timeout?.(PATIENCE),
    });
  } catch {
    throw { failure: words.errors.network };
  }
  if (response.status === 401) location.assign(`${form.action}?${new URLSearchParams({ q: question })}`); // to sign in
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  throw { failure: words.errors[response.status] ?? words.errors["500"], detail: body?.error?.message };
}

async function ask(question) {
  if (busy) return;
  work(true);
  const own = current; // another may be opened meanwhile: the answer is this one's
  let shown = turnOf(question, waiting());
  conversation.append(shown);
  settle();
  shown.scrollIntoView({ block: "start" });
  try {
    const asked = { question, bounds: bounds() };
    const turn = { ...asked, answer: await answerTo(question), at: new Date().toISOString() };
    own.turns.push(turn);
    shown.replaceWith((shown = answered(turn, own.id)));
    if (own === current) announce(announced(turn.answer));
    remember(own, turn); // last: a long history takes its time
  } catch (problem) {
    if (!problem.failure) throw problem;
    shown.lastElementChild.replaceWith(failure(question, problem));
    announce(problem.failure);
  } finally {
    work(false);
    shown.scrollIntoView({ block: "start" });
  }
}

function work(now) {
  busy = now;
  submit.disabled = now;
  conversation.setAttribute("aria-busy", now);
  if (now) announce(words.looking);
}

// The empty page has the box in its middle; a conversation has it at its foot.
function settle() {
  const empty = !conversation.firstElementChild;
  document.body.classList.toggle("empty", empty);
  fresh.hidden = empty;
}

// ---- what this browser remembers; each tab has a conversation of its own ----

function remembered() {
  const id = read("sessionStorage", "conversation");
  return conversations().find((kept) => kept.id === id) ?? blank();
}

function blank() {
  return { id: `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`, turns: [] };
}

function remember(conversation, turn) {
  keep(conversation.id, turn);
  store("sessionStorage", "conversation", current.id);
}

function open(chosen, number = -1) {
  closeBeside();
  current = chosen;
  store("sessionStorage", "conversation", current.id);
  conversation.replaceChildren(...current.turns.map((turn) => answered(turn)));
  settle();
  announce("");
  conversation.children.item(number)?.scrollIntoView({ block: "start" });
  input.focus({ preventScroll: true });
}

function restore() {
  const served = conversation.querySelector(".turn[data-answer]");
  const failed = conversation.querySelector(".turn:not([data-answer])");
  const shown = current.turns.map((turn) => answered(turn));
  if (served) {
    const answer = JSON.parse(served.dataset.answer);
    const turn = { question: answer.question, bounds: bounds(), answer, at: new Date().toISOString() };
    current.turns.push(turn);
    remember(current, turn);
    served.replaceWith(...shown, answered(turn));
    history.replaceState(null, "", form.action); // reloading shows the turn again, and does not ask again
  } else {
    conversation.prepend(...shown);
  }
  form.elements.previous?.remove(); // for browsers without JavaScript
  settle();
  if (served || failed) conversation.lastElementChild.scrollIntoView({ block: "start" });
}

// ---- questions to start with ----

async function suggest() {
  const response = await fetch(api.starters).catch(() => null);
  const questions = response?.ok ? (await response.json()).questions : [];
  const link = (question) => {
    const made = el("a", "", question);
    made.href = `?${new URLSearchParams({ q: question })}`;
    made.addEventListener("click", (event) => {
      event.preventDefault();
      ask(question);
      input.focus();
    });
    return el("li", "", made);
  };
  starters.querySelector("ul").replaceChildren(...questions.map(link));
  starters.hidden = !questions.length;
}

// ---- the page ----

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = input.value.trim();
  const length = Array.from(question).length;
  input.setCustomValidity(!question ? words.errors.blank : length > LONGEST ? words.errors.too_long : "");
  if (!form.reportValidity() || busy) return;
  input.value = "";
  ask(question);
});

input.addEventListener("input", () => input.setCustomValidity(""));

input.addEventListener("keydown", (event) => {
  if (event.key === "ArrowUp" && !input.value) input.value = current.turns.at(-1)?.question ?? "";
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, dialog");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  input.focus();
});

document.addEventListener("click", openBeside);

fresh.addEventListener("click", () => {
  unbind(["document"]); // a document's own page led here; the next question is of all of them
  open(blank());
});

setUpPast(past, { open, removed: (ids) => ids.includes(current.id) && open(blank()) });
if (api.documents) setUpUploads(form, api, announce);
restore();
if (document.body.classList.contains("empty") && api.starters) suggest();
