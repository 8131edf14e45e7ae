// A shared link has its token after the #, which browsers send to no server and no proxy.
// It is taken out of the address, so that it stays neither there nor in the history, and sent as the form sends it.

const form = document.getElementById("sign-in");

function take() {
  const token = location.hash.slice(1);
  if (!token) return;
  history.replaceState(null, "", location.pathname + location.search);
  form.elements.token.value = token;
  form.requestSubmit();
}

addEventListener("hashchange", take);
take();
