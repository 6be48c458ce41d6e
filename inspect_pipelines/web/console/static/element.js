// Elements as our modules make them.
const SHOWN_KEYS = { ArrowLeft: "Left", ArrowRight: "Right", " ": "Space" };

export function made(tag, names = {}, ...children) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(names)) found.setAttribute(name, value);
  found.append(...children);
  return found;
}

/** A button that a key presses, which its title names. */
export function button(key, name, does, title = name) {
  const found = made("button", { type: "button", "data-key": key, title: `${title} (${SHOWN_KEYS[key] ?? key.toUpperCase()})` }, name);
  if (!/[a-z]/i.test(name)) found.setAttribute("aria-label", title); // a sign says nothing to the ears
  found.addEventListener("click", does);
  return found;
}
