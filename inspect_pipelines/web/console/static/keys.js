// Keys. One table says what each one does; the help is made of it, and a key presses whatever on the page names it in
// `data-key`. None fires while somebody types, in a dialog, or with Ctrl, Alt or Meta.
const KEYS = [
  ["Views", [
    ["ArrowUp", "Previous view"],
    ["ArrowDown", "Next view"],
    ["j", "Previous region"],
    ["k", "Next region"],
    ["h", "Flash what differs"],
  ]],
  ["Say", [
    ["y", "Accept, and all that show the same"],
    ["n", "Reject"],
    ["i", "Ignore exactly this change"],
    ["q", "Quarantine"],
    ["v", "Approve as a further variant"],
    ["x", "Leave this view out of its group, or take it in again"],
    ["u", "Undo what was said last"],
    ["Y", "Accept all of the list"],
    ["f", "Finish: make what is accepted the approved pictures"],
  ]],
  ["Look", [
    ["s", "Side by side"],
    ["w", "Swipe"],
    ["d", "What differs, over this run"],
    ["o", "Onion"],
    ["b", "Blink"],
    ["ArrowLeft", "Only the approved picture"],
    ["ArrowRight", "Only this run's"],
    ["l", "Rows that belong together at one height"],
    [" ", "Fit, or pixel by pixel"],
    ["+", "Larger"],
    ["-", "Smaller"],
    ["0", "As it was at first"],
    ["c", "Comment on a point of this run's picture"],
    ["m", "Draw a mask: arrow keys move the box, with Shift they size it, Enter asks for its lines"],
    ["[", "Hide or show the facts"],
  ]],
  ["Go", [
    ["gr", "Run history", "/runs"],
    ["gs", "Automated runs", "/"],
    ["gb", "Baselines", "/baselines"],
    ["gi", "Inbox", "/inbox"],
    ["?", "This help"],
  ]],
];
const NAMES = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", " ": "Space", Y: "Shift Y" };
const AGAIN = new Set(["ArrowUp", "ArrowDown", "j", "k", "+", "-"]); // a key that is held down says nothing twice
const PATIENCE_MS = 1500; // between G and where to
const GOES = new Map(KEYS.flatMap(([, keys]) => keys).filter(([, , path]) => path).map(([key, , path]) => [key, path]));
const KNOWN = new Set(KEYS.flatMap(([, keys]) => keys.map(([key]) => key)));
let went = 0;

function isTaken(event) {
  const at = event.target.closest?.("input, select, textarea, button, a, summary, [contenteditable], dialog, [role=menu]");
  if (document.querySelector("dialog[open]")) return true;
  if (!at) return false;
  if (at.matches("select, textarea, [contenteditable], dialog, [role=menu]")) return true;
  const takes = event.key === " " || event.key === "Enter";
  if (at.matches("input")) {
    const isTyped = !["range", "checkbox", "radio", "button", "submit"].includes(at.type);
    return isTyped || takes || event.key.startsWith("Arrow");
  }
  return takes;
}

function pressed(event) {
  if (event.key.length > 1) return event.shiftKey ? "" : event.key;
  if (!/[a-z]/i.test(event.key)) return event.key;
  return event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase(); // whatever the caps lock says
}

function link(path) {
  return [...document.querySelectorAll(".bar nav a")].find((one) => new URL(one.href).pathname === path);
}

function press(key) {
  const found = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && !one.disabled && one.offsetParent);
  if (!found) return false;
  if (found.tagName === "SUMMARY") {
    found.parentElement.open = true;
    found.parentElement.querySelector("input:not([type=hidden])")?.focus();
  } else found.click();
  return true;
}

function help() {
  const dialog = document.getElementById("keys") ?? document.body.appendChild(drawn());
  dialog.showModal();
}

function element(tag, text = "", ...children) {
  const found = document.createElement(tag);
  found.append(text, ...children);
  return found;
}

function drawn() {
  const dialog = element("dialog");
  dialog.id = "keys";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = element("h2", "Keys");
  title.id = "keys-title";
  const close = element("button", "Close");
  close.addEventListener("click", () => dialog.close());
  const columns = element("div");
  for (const [name, keys] of KEYS) {
    const list = element("dl");
    for (const [key, says] of keys) {
      const shown = GOES.has(key) ? `G then ${key[1].toUpperCase()}` : (NAMES[key] ?? key.toUpperCase());
      list.append(element("div", "", element("dt", "", element("kbd", shown)), element("dd", says)));
    }
    columns.append(element("section", "", element("h3", name), list));
  }
  dialog.append(element("header", "", title, close), columns);
  return dialog;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || isTaken(event)) return;
  if (event.key.startsWith("Arrow") && event.target.closest?.(".draws")) return; // they move the box that is drawn
  const key = pressed(event);
  const isGoing = Date.now() - went < PATIENCE_MS;
  went = 0;
  if (isGoing && GOES.has(`g${key}`)) {
    event.preventDefault();
    link(GOES.get(`g${key}`))?.click();
    return;
  }
  if (key === "g") {
    went = Date.now();
    return;
  }
  if (!KNOWN.has(key)) return;
  if ((event.repeat && !AGAIN.has(key)) || document.querySelector("[aria-busy=true]")) {
    event.preventDefault(); // of a page that is about to go
    return;
  }
  if (key === "?") help();
  else if (!press(key)) return;
  event.preventDefault();
}, { capture: true });

const shows = element("button", "Keys");
shows.type = "button";
shows.className = "keys-button";
shows.title = "All keys (?)";
shows.addEventListener("click", help);
document.querySelector(".bar nav")?.after(shows);
