// What can be done with an answer: copy it as Markdown, and say whether it was right.

import { button, el } from "./dom.js";
import { markdown } from "./markdown.js";
import { inWords, words } from "./words.js";

const said = words.feedback;

// The row under a turn's reply. `api` is where feedback goes, or empty; `changed` is called when the turn has a verdict.
export function actions(turn, { api, announce, changed }) {
  const row = el("footer", "actions");
  const copy = button("quiet", words.copy, async () => {
    const done = await copied(markdown(turn.answer));
    announce(done ? words.copied : words.copy_failed);
    if (done) flash(copy, words.copied, words.copy);
  });
  row.append(copy);
  if (api) row.append(...verdicts(turn, row, { api, announce, changed }));
  return row;
}

function verdicts(turn, row, { api, announce, changed }) {
  const buttons = { up: button("quiet", said.up, () => press("up")), down: button("quiet", said.down, () => press("down")) };
  show();
  return [buttons.up, buttons.down];

  function show() {
    for (const [verdict, pressed] of Object.entries(buttons)) pressed.setAttribute("aria-pressed", turn.verdict === verdict);
  }

  function press(verdict) {
    row.querySelector("form")?.remove();
    if (turn.verdict === verdict) return send({ verdict: null }, said.withdrawn);
    if (verdict === "up") return send({ verdict }, said.thanks);
    const form = reasons((told) => send({ verdict, ...told }, said.thanks).then((done) => done && form.remove()));
    row.append(form);
    form.querySelector("input").focus();
  }

  async function send(told, thanks) {
    const response = await fetch(api, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...inWords },
      body: JSON.stringify({ id: turn.answer.id, ...told }),
    }).catch(() => null);
    if (response?.ok) {
      turn.verdict = told.verdict;
      show();
      changed();
    }
    announce(response?.ok ? thanks : said.failed, true);
    return response?.ok;
  }
}

// The form that asks what is wrong; `send` gets its reason and note.
function reasons(send) {
  const choices = Object.entries(said.reasons).map(([name, words]) => {
    const input = el("input");
    Object.assign(input, { type: "radio", name: "reason", value: name, required: true });
    return el("label", "", input, " ", words);
  });
  const note = el("input", "field");
  Object.assign(note, { name: "note", placeholder: said.note, maxLength: 500, autocomplete: "off" });
  note.setAttribute("aria-label", said.note);
  const form = el("form", "why", el("fieldset", "", el("legend", "", said.why), ...choices), note);
  form.append(el("p", "advice", said.kept), el("button", "", said.send));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const told = new FormData(form);
    send({ reason: told.get("reason"), note: told.get("note").trim() });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // the document beside the chat stays
    form.remove();
  });
  return form;
}

// Browsers give the clipboard to secure pages alone; on others the text is selected and copied the old way.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = el("textarea", "unseen", text);
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    return done;
  }
}

function flash(element, now, then) {
  element.textContent = now;
  setTimeout(() => (element.textContent = then), 1500);
}
