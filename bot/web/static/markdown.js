// An answer as Markdown: the answer, each quote with the answer marked, and its citation.

import { about, headline, lead, onOneLine, quoteParts, several, told } from "./reply.js";
import { wordsFor } from "./words.js";

// What Markdown would read as its own: *.**亿元 stays as it is; "1. " and "- " at a line's beginning begin no list.
const escaped = (text) =>
  text
    .replace(/[\\`*_[\]<>|~]/g, "\\$&")
    .replace(/^(\s*)([#+-])/gm, "$1\\$2")
    .replace(/^(\s*\d+)([.)])(?=\s)/gm, "$1\\$2");

export function markdown(answer) {
  const words = wordsFor(answer.question);
  const quotes = lead(answer).map((citation) => quoted(citation, words));
  return [heading(answer, words), ...quotes].join("\n\n") + "\n";
}

function heading(answer, words) {
  const strong = (text) => `**${escaped(text)}**`;
  const asked = several(answer);
  if (asked.length) return asked.map((one) => `- ${escaped(onOneLine(one.question))}${words.marks[0]}${said(one)}`).join("\n");
  if (answer.status !== "conflict") return strong(headline(answer, words));
  return [strong(words.conflict), "", ...answer.answers.map((value) => `- ${valued(value)}`)].join("\n");

  function valued(value) {
    return `${strong(told(value, words))} [${value.citation}]`;
  }
  function said(one) {
    return one.answers.map(valued).join(words.marks[1]) || strong(headline(one, words));
  }
}

function quoted(citation, words) {
  const [before, answer, after] = quoteParts(citation).map(escaped);
  const link = new URL(citation.link, location.href);
  const who = about(citation, words);
  const source = `[${escaped(citation.document.title)}](${link})${who ? ` · ${escaped(who)}` : ""}`;
  return `> ${before}**${answer}**${after}\n>\n> [${citation.n}] ${source}`;
}
