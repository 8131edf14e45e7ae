// Files dropped on the page or chosen: sent, indexed, and ready to be asked about; each says how far it is.

import { button, el, fill } from "./dom.js";
import { inWords, words } from "./words.js";

const POLL = 500; // ms between two looks at the index job
const said = words.upload;

// `api` has the addresses of uploads and of the index's state; `announce` tells a screen reader.
export function setUpUploads(form, api, announce) {
  const list = el("ul", "uploads");
  form.prepend(list);
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", () => {
    send([...input.files]);
    input.value = "";
  });

  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  let over = 0; // how many elements deep the pointer is: leaving one is entering another
  addEventListener("dragenter", (event) => hasFiles(event) && hover(1));
  addEventListener("dragleave", (event) => hasFiles(event) && hover(-1));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    hover(-over);
    send([...event.dataTransfer.files]);
  });

  function hover(step) {
    over += step;
    document.body.classList.toggle("dropping", over > 0);
  }

  // One request a file, so that each has its own progress and its own refusal; then all are indexed together.
  async function send(files) {
    const kept = [];
    for (const [shown, file] of files.map((file) => [line(file), file])) {
      const { source, error } = await sent(api.documents, file, (percent) => shown.say(fill(said.sending, percent)));
      if (error) shown.end(error, "failed");
      else kept.push({ source, shown });
    }
    if (kept.length) await settle(kept);
  }

  async function settle(kept) {
    for (;;) {
      const job = await indexed(api.index);
      if (job?.state !== "running") return kept.forEach((one) => one.shown.end(...became(one.source, job)));
      const far = job.of ? `${said.indexing} ${job.done}/${job.of}` : said.indexing;
      kept.forEach(({ shown }) => shown.say(far));
      await new Promise((done) => setTimeout(done, POLL));
    }
  }

  function line(file) {
    const state = el("span", "state");
    const close = button("quiet", said.dismiss, () => shown.remove());
    close.setAttribute("aria-label", `${said.dismiss}${words.marks[0]}${file.name}`);
    const shown = el("li", "", el("span", "asked", file.name), " ", state);
    list.append(shown);
    return {
      say: (text) => (state.textContent = text),
      end(text, how) {
        state.textContent = text;
        shown.classList.add(how);
        shown.append(close);
        announce(`${file.name}${words.marks[0]}${text}`);
      },
    };
  }
}

// What became of a file that was sent: what the server keeps it as, or why it does not. fetch() tells no progress.
function sent(address, file, progress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    for (const [name, value] of Object.entries(inWords)) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(Math.floor((100 * loaded) / total)));
    request.addEventListener("error", () => done({ error: said.failed }));
    request.addEventListener("load", () => {
      done(request.response?.files?.[0] ?? { error: request.response?.error?.message ?? said.failed });
    });
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  });
}

// What to say of a file when the job that was to index it has ended, and whether it is ready or failed.
function became(source, job) {
  const skipped = job?.skipped.find((line) => line.startsWith(`${source}: `));
  if (skipped) return [skipped.slice(source.length + 2), "failed"];
  return job?.state === "done" ? [said.ready, "ready"] : [job?.error ?? said.failed, "failed"];
}

async function indexed(address) {
  const response = await fetch(address, { headers: inWords }).catch(() => null);
  return response?.ok ? (await response.json()).job : null;
}
