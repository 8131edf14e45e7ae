// Elements made of text: nothing that is shown is ever parsed as HTML.

export function el(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function button(className, label, act) {
  const made = el("button", className, label);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

export const fill = (text, value) => text.replace("{}", () => value);
