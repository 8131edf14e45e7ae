// The chat without page loads. Everything shown is set as text, never as HTML.
// The elements are those of templates/_turn.html; a test holds the two together.

const NEAREST = 3; // passages to show where no answer was found; pages.py asks for as many
const KEPT = 50; // turns of the conversation that this tab remembers
const PATIENCE = 60_000; // milliseconds
const LONGEST = 1000; // code points of a question

const conversation = document.getElementById("conversation");
const form = document.getElementById("ask");
const input = document.getElementById("q");
const button = form.querySelector("button");
const clear = document.getElementById("clear");
const status = document.getElementById("status");
const words = JSON.parse(conversation.dataset.words);

let turns = remembered();
let busy = false;

function el(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

const fill = (text, value) => text.replace("{}", () => value);

const SPACED = /[!-~\u00c0-\u024f]/; // what is written with spaces between words

// As on_one_line of bot/text.py: broken lines joined, a row's cells parted by bars. A test holds the two together.
function onOneLine(text) {
  const joined = text.replace(/\s*\n\s*/g, (gap, at) => {
    const [before, after] = [text.charAt(at - 1), text.charAt(at + gap.length)];
    return SPACED.test(before) && SPACED.test(after) && before !== "-" ? " " : "";
  });
  return joined.replace(/\s*\t\s*/g, " | ");
}

// ---- the reply ----

// A citation's text between two offsets, which count code points; JavaScript's strings count UTF-16 units.
function cutter({ quote, start }) {
  const points = Array.from(quote);
  return (from, to) => points.slice(from - start, to - start).join("");
}

function line(citation) {
  const cut = cutter(citation);
  const whole = onOneLine(citation.quote);
  const low = whole.length - onOneLine(cut(citation.answer_start, citation.end)).length;
  const high = onOneLine(cut(citation.start, citation.answer_end)).length;
  return el("blockquote", "", whole.slice(0, low), el("mark", "", whole.slice(low, high)), whole.slice(high));
}

function row(citation) {
  const cut = cutter(citation);
  const [names, cells] = [el("tr"), el("tr")];
  for (const { label, start, end } of citation.cells) {
    const [low, high] = [citation.answer_start, citation.answer_end].map((at) => Math.min(Math.max(at, start), end));
    const marked = low < high ? "marked" : "";
    const answer = marked ? [el("mark", "", cut(low, high))] : [];
    const name = el("th", marked, label);
    name.scope = "col";
    names.append(name);
    cells.append(el("td", marked, cut(start, low), ...answer, cut(high, end)));
  }
  const head = citation.cells.some(({ label }) => label) ? [el("thead", "", names)] : [];
  const box = el("blockquote", "row", el("table", "", ...head, el("tbody", "", cells)));
  box.tabIndex = 0; // so that the keyboard can scroll it
  box.setAttribute("aria-label", words.row);
  return box;
}

function source(item, label) {
  const link = el("a", "", label + item.document.title);
  link.href = item.link;
  const page = item.page && fill(words.page, item.page);
  const about = [item.document.publisher, item.document.date, page].filter(Boolean).join(" · ");
  return el("p", "source", link, ...(about ? [" ", el("span", "", about)] : []));
}

const folded = (summary, items) => el("details", "", el("summary", "", fill(summary, items.length)), ...items);

function cited(citation) {
  const copies = citation.duplicates.map((copy) => source(copy, ""));
  const quote = citation.cells?.length ? row(citation) : line(citation); // a turn kept from before an update has none
  const parts = [quote, source(citation, `[${citation.n}] `)];
  return el("div", "citation", ...parts, ...(copies.length ? [folded(words.copies, copies)] : []));
}

function nearest(passage) {
  const lines = passage.text.trim().split("\n").map(onOneLine).join("\n");
  return el("div", "citation", el("blockquote", "", lines), source(passage, ""));
}

const told = ({ text, target }) => onOneLine(text) + (target ? words.target : "");

function side(value, answer) {
  const own = answer.citations.filter((citation) => citation.n === value.citation);
  return el("div", "side", el("p", "value", told(value)), ...own.map(cited));
}

function facts(answer) {
  const ms = answer.took_ms;
  const tenths = Math.floor((ms + 50) / 100);
  const took = ms < 1000 ? fill(words.milliseconds, ms) : fill(words.seconds, `${Math.floor(tenths / 10)}.${tenths % 10}`);
  if (!["answered", "masked"].includes(answer.status)) return took;
  return words.confidence.find(([least]) => answer.confidence >= least)[1] + " · " + took;
}

// In one line what is said to a question, or to one of the things that it asks.
function headline({ status, reason, answers }) {
  if (status === "not_found") return words.reasons[reason ?? "none"];
  return status === "answered" ? told(answers[0]) : words[status];
}

// Each of the things that a question asks, where it asks several; a turn kept from before an update has none.
const several = ({ status, parts }) => (status !== "not_found" && parts) || [];

function part(asked) {
  const values = asked.answers.map((value) => el("dd", "", told(value), " ", el("small", "", `[${value.citation}]`)));
  const why = asked.status === "answered" ? [] : [el("dd", asked.status, headline(asked))];
  return el("div", "", el("dt", "", onOneLine(asked.question)), ...why, ...values);
}

function announced(answer) {
  const parts = several(answer).map((asked) => `${onOneLine(asked.question)}：${headline(asked)}`);
  return parts.join("；") || headline(answer);
}

function reply(answer) {
  const parts = [];
  if (answer.understood !== answer.question) parts.push(el("p", "understood", words.understood + answer.understood));
  const asked = several(answer);
  if (asked.length) parts.push(el("dl", "parts", ...asked.map(part)));
  else parts.push(el("p", answer.status === "answered" ? "value" : "headline", headline(answer)));
  const lead = asked.length || answer.answers.length > 1 ? answer.citations : answer.citations.slice(0, 1);
  const others = answer.citations.slice(lead.length);
  if (answer.status === "conflict" && !asked.length) parts.push(...answer.answers.map((value) => side(value, answer)));
  else if (answer.status === "not_found") parts.push(el("p", "advice", words.advice));
  else parts.push(...lead.map(cited));
  if (others.length) parts.push(folded(words.others, others.map(cited)));
  if (answer.status === "not_found" && answer.passages.length)
    parts.push(folded(words.nearest, answer.passages.map(nearest)));
  return el("div", "reply " + answer.status, ...parts, el("p", "facts", facts(answer)));
}

function failure(question, { said, detail }) {
  const again = el("button", "quiet", words.retry);
  again.type = "button";
  again.addEventListener("click", () => {
    again.closest(".turn").remove();
    ask(question);
  });
  return el("div", "reply failed", el("p", "headline", said), ...(detail ? [el("p", "detail", detail)] : []), again);
}

const waiting = () => el("div", "reply waiting", el("p", "advice", words.looking, el("span", "dots", "…")));

const turn = (question, ...parts) => el("article", "turn", el("h2", "question", question), ...parts);

// ---- asking ----

async function answerTo(question) {
  const previous = turns.at(-1)?.answer.understood ?? null; // whole, so that follow-ups can follow follow-ups
  let response;
  try {
    response = await fetch(form.dataset.api, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ question, previous, top_k: NEAREST }),
      signal: AbortSignal.timeout?.(PATIENCE),
    });
  } catch {
    throw { said: words.errors.network };
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body) return body;
  throw { said: words.errors[response.status] ?? words.errors["500"], detail: body?.error?.message };
}

async function ask(question) {
  if (busy) return;
  work(true);
  const shown = turn(question, waiting());
  conversation.append(shown);
  settle();
  shown.scrollIntoView({ block: "start" });
  try {
    const answer = await answerTo(question);
    turns.push({ question, answer });
    remember();
    shown.lastElementChild.replaceWith(reply(answer));
    status.textContent = announced(answer);
  } catch (problem) {
    if (!problem.said) throw problem;
    shown.lastElementChild.replaceWith(failure(question, problem));
    status.textContent = problem.said;
  } finally {
    work(false);
    shown.scrollIntoView({ block: "start" });
  }
}

function work(now) {
  busy = now;
  button.disabled = now;
  conversation.setAttribute("aria-busy", now);
  if (now) status.textContent = words.looking;
}

// The empty page has the box in its middle; a conversation has it at its foot.
function settle() {
  const empty = !conversation.firstElementChild;
  document.body.classList.toggle("empty", empty);
  clear.hidden = empty;
}

// ---- what this tab remembers, so that coming back from a document finds the conversation ----

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem("turns")) ?? [];
  } catch {
    return [];
  }
}

function remember() {
  turns = turns.slice(-KEPT);
  try {
    sessionStorage.setItem("turns", JSON.stringify(turns));
  } catch {
    // Full or forbidden: the conversation then lasts as long as the page.
  }
}

function restore() {
  const served = conversation.querySelector(".turn[data-answer]");
  if (served) {
    const answer = JSON.parse(served.dataset.answer);
    turns.push({ question: answer.question, answer });
    served.remove();
    remember();
    history.replaceState(null, "", form.action); // reloading shows the turn again, and does not ask again
  }
  conversation.prepend(...turns.map(({ question, answer }) => turn(question, reply(answer))));
  settle();
  if (served) conversation.lastElementChild.scrollIntoView({ block: "start" });
}

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

clear.addEventListener("click", () => {
  turns = [];
  remember();
  conversation.replaceChildren();
  settle();
  status.textContent = "";
  input.focus();
});

restore();
