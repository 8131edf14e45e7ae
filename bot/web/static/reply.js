// A reply as elements, those of templates/_turn.html; a test holds the two together.

import { el, fill } from "./dom.js";
import { wordsFor } from "./words.js";

const SPACED = /[!-~\u00c0-\u024f]/; // what is written with spaces between words

// As on_one_line of bot/text.py: broken lines joined, a row's cells parted by bars. A test holds the two together.
export function onOneLine(text) {
  const joined = text.replace(/\s*\n\s*/g, (gap, at) => {
    const [before, after] = [text.charAt(at - 1), text.charAt(at + gap.length)];
    return SPACED.test(before) && SPACED.test(after) && before !== "-" ? " " : "";
  });
  return joined.replace(/\s*\t\s*/g, " | ");
}

// A citation's text between two offsets, which count code points; JavaScript's strings count UTF-16 units.
function cutter({ quote, start }) {
  const points = Array.from(quote);
  return (from, to) => points.slice(from - start, to - start).join("");
}

// A citation's quote on one line: before the answer, the answer, after it.
export function quoteParts(citation) {
  const cut = cutter(citation);
  const whole = onOneLine(citation.quote);
  const low = whole.length - onOneLine(cut(citation.answer_start, citation.end)).length;
  const high = onOneLine(cut(citation.start, citation.answer_end)).length;
  return [whole.slice(0, low), whole.slice(low, high), whole.slice(high)];
}

// Who published a cited document, when, and the page, as far as they are known.
export function about(item, words) {
  const page = item.page && fill(words.page, item.page);
  return [item.document.publisher, item.document.date, page].filter(Boolean).join(" · ");
}

export const told = ({ text, target }, words) => onOneLine(text) + (target ? words.target : "");

// In one line what is said to a question, or to one of the things that it asks.
export function headline({ status, reason, answers }, words) {
  if (status === "not_found") return words.reasons[reason ?? "none"];
  return status === "answered" ? told(answers[0], words) : words[status];
}

// Each of the things that a question asks, where it asks several; a turn kept from before an update has none.
export const several = ({ status, parts }) => (status !== "not_found" && parts) || [];

// The citations that are shown at once; the others are folded.
export function lead(answer) {
  const all = several(answer).length || answer.answers.length > 1;
  return all ? answer.citations : answer.citations.slice(0, 1);
}

// What a screen reader is told of an answer.
export function announced(answer) {
  const words = wordsFor(answer.question);
  const [colon, stop] = words.marks;
  const parts = several(answer).map((asked) => onOneLine(asked.question) + colon + headline(asked, words));
  return parts.join(stop) || headline(answer, words);
}

export function reply(answer) {
  const words = wordsFor(answer.question);
  const parts = [];
  if (answer.understood !== answer.question) parts.push(el("p", "understood", words.understood + answer.understood));
  const asked = several(answer);
  if (asked.length) parts.push(el("dl", "parts", ...asked.map((one) => part(one, words))));
  else parts.push(el("p", answer.status === "answered" ? "value" : "headline", headline(answer, words)));
  const first = lead(answer);
  const others = answer.citations.slice(first.length);
  if (answer.status === "conflict" && !asked.length)
    parts.push(...answer.answers.map((value) => side(value, answer, words)));
  else if (answer.status === "not_found") parts.push(el("p", "advice", words.advice));
  else parts.push(...first.map((citation) => cited(citation, words)));
  if (others.length) parts.push(folded(words.others, others.map((citation) => cited(citation, words))));
  if (answer.status === "not_found" && answer.passages.length) {
    const nearest = folded(words.nearest, answer.passages.map((passage) => near(passage, words)));
    nearest.className = "nearest";
    nearest.open = true;
    parts.push(nearest);
  }
  if (answer.undated_excluded) parts.push(el("p", "advice", fill(words.undated, answer.undated_excluded)));
  return el("div", "reply " + answer.status, ...parts, el("p", "facts", facts(answer, words)));
}

function part(asked, words) {
  const value = (each) => el("dd", "", told(each, words), " ", el("small", "", `[${each.citation}]`));
  const why = asked.status === "answered" ? [] : [el("dd", asked.status, headline(asked, words))];
  return el("div", "", el("dt", "", onOneLine(asked.question)), ...why, ...asked.answers.map(value));
}

function side(value, answer, words) {
  const own = answer.citations.filter((citation) => citation.n === value.citation);
  return el("div", "side", el("p", "value", told(value, words)), ...own.map((citation) => cited(citation, words)));
}

function cited(citation, words) {
  const copies = citation.duplicates.map((copy) => source(copy, "", words));
  const quote = citation.cells?.length ? row(citation, words) : line(citation); // as for parts
  const parts = [quote, source(citation, `[${citation.n}] `, words)];
  return el("div", "citation", ...parts, ...(copies.length ? [folded(words.copies, copies)] : []));
}

function line(citation) {
  const [before, answer, after] = quoteParts(citation);
  return el("blockquote", "", before, el("mark", "", answer), after);
}

function row(citation, words) {
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

function near(passage, words) {
  const lines = passage.text.trim().split("\n").map(onOneLine).join("\n");
  return el("div", "citation", el("blockquote", "", lines), source(passage, "", words));
}

function source(item, label, words) {
  const link = el("a", "", label + item.document.title);
  link.href = item.link;
  const who = about(item, words);
  return el("p", "source", link, ...(who ? [" ", el("span", "", who)] : []));
}

const folded = (summary, items) => el("details", "", el("summary", "", fill(summary, items.length)), ...items);

function facts(answer, words) {
  const ms = answer.took_ms;
  const tenths = Math.floor((ms + 50) / 100);
  const took =
    ms < 1000 ? fill(words.milliseconds, ms) : fill(words.seconds, `${Math.floor(tenths / 10)}.${tenths % 10}`);
  if (!["answered", "masked"].includes(answer.status)) return took;
  return words.confidence.find(([least]) => answer.confidence >= least)[1] + " · " + took;
}
