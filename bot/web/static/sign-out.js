// Signing out leaves no conversation behind for whoever signs in next, on whatever page it is done.

import { historyKey, store } from "./storage.js";

const form = document.getElementById("sign-out");

form.addEventListener("submit", () => {
  store("localStorage", historyKey(form.dataset.visitor), null);
  store("sessionStorage", "conversation", null);
});
