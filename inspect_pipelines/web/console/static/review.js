// The review room: the next view takes the place of this one without loading the page again, and is fetched ahead.
import "./diff.js";

const told = document.getElementById("told");
const ahead = new Map(); // addresses and the pages that were asked for there
const came = new Map(); // the same of pages that are here already
const pictures = new Map(); // that were asked for ahead; kept, so that the browser keeps them decoded
const MOST_PICTURES = 12;
let last = 0; // what was asked for last; an answer that comes after a later question is dropped

const parsed = (text) => new DOMParser().parseFromString(text, "text/html");
const isRoom = (address) => new URL(address, location.href).pathname === location.pathname;
const trouble = () => document.getElementById("trouble");

async function asked(address, options = {}) {
  const answer = await fetch(address, { ...options, headers: { Accept: "text/html" } });
  return { ok: answer.ok, address: answer.url, page: parsed(await answer.text()) };
}

function complain(sentence, onward) {
  trouble().replaceChildren(sentence, ...(onward ? [" ", onward] : []));
  trouble().hidden = false;
  trouble().scrollIntoView({ block: "nearest" });
}

async function go(answer, { pushes = true, likely } = {}) {
  const mine = ++last;
  const left = { page: document.getElementById("page"), address: location.href };
  left.page.setAttribute("aria-busy", "true");
  try {
    const told = answer();
    if (likely?.ok) forestall(likely);
    const { ok, address, page: fresh } = await told;
    if (mine !== last) return;
    if (!ok) {
      stay(left);
      const onward = fresh.querySelector(".problem .onward a");
      if (onward) onward.className = "";
      complain(fresh.querySelector(".problem p:not(.code)")?.textContent ?? "That did not work; load the page again.", onward);
      return;
    }
    if (!/\/runs\/[^/]+\/review$/.test(new URL(address).pathname)) {
      location.assign(address);
      return;
    }
    show(fresh, address, pushes);
  } catch {
    stay(left);
    complain("The server does not answer; is it up? Nothing was changed as far as this page knows.");
  } finally {
    left.page.removeAttribute("aria-busy");
  }
}

/** The view that comes next stands there while a word about this one is on its way; nothing on it can be pressed until that was taken. */
function forestall({ page: fresh, address }) {
  const page = fresh.getElementById("page");
  page.setAttribute("aria-busy", "true");
  page.dataset.coming = "";
  place(fresh, address, "pushState");
}

/** Back to the view whose word was not taken. */
function stay({ page, address }) {
  const now = document.getElementById("page");
  if (now === page) return;
  history.replaceState(null, "", address);
  now.replaceWith(page);
  page.querySelector("[data-focus]")?.focus();
}

function show(fresh, address, pushes) {
  const was = document.getElementById("page");
  const isThere = was.dataset.coming !== undefined;
  if (isThere && was.dataset.view === fresh.getElementById("page").dataset.view) keepPicture(was, fresh);
  place(fresh, address, isThere ? "replaceState" : pushes ? "pushState" : "");
  told.textContent = document.getElementById("page").dataset.said;
  lookAhead();
}

function lookAhead() {
  const next = document.querySelector("a[rel=next]")?.href;
  for (const address of new Set([next, after()].filter(Boolean))) fetchAhead(address);
}

/** Where the view is that comes once this one is decided, with all that show the same. */
function after() {
  const address = document.getElementById("page").dataset.after;
  return address && new URL(address, location.href).href;
}

/** What is drawn already is not drawn again; the picture knows its list of places, and its pins those of the comments. */
function keepPicture(was, fresh) {
  if (fresh.querySelector("#comments [data-pin]")) return;
  for (const name of ["ip-diff", "#places"]) {
    const drawn = was.querySelector(name);
    if (drawn) fresh.querySelector(name)?.replaceWith(drawn);
  }
}

function place(fresh, address, way) {
  const here = new URL(address);
  const mode = new URLSearchParams(location.search).get("mode");
  if (mode && !here.searchParams.has("mode")) here.searchParams.set("mode", mode);
  here.searchParams.delete("said"); // whoever comes back has not just said it
  const hides = document.getElementById("page").classList.contains("bare");
  if (way) history[way](null, "", here);
  document.title = fresh.title;
  document.getElementById("page").replaceWith(document.adoptNode(fresh.getElementById("page")));
  document.getElementById("page").classList.toggle("bare", hides);
  document.querySelector("[data-focus]")?.focus();
  settle();
}

/** What is only there with scripts. */
function settle() {
  for (const one of document.querySelectorAll("[data-scripted]")) one.hidden = false;
  const current = document.querySelector(".film [aria-current]");
  const strip = document.querySelector(".film ol");
  if (current && strip) strip.scrollLeft = current.offsetLeft - strip.clientWidth / 2 + current.clientWidth / 2;
}

async function fetchAhead(address) {
  if (!ahead.has(address)) ahead.set(address, asked(address));
  try {
    const waited = ahead.get(address);
    const answer = await waited;
    if (ahead.get(address) !== waited) return; // it holds what was so before
    came.set(address, answer);
    for (const image of answer.page.querySelectorAll("ip-diff img:not([loading])")) {
      const source = image.getAttribute("src");
      if (pictures.has(source)) continue;
      const kept = new Image();
      kept.src = source;
      pictures.set(source, kept);
      if (pictures.size > MOST_PICTURES) pictures.delete(pictures.keys().next().value);
    }
  } catch {
    ahead.delete(address); // asked again when it is wanted
  }
}

/** What was fetched ahead holds what was so then. */
function forget() {
  ahead.clear();
  came.clear();
}

function follow(address, options) {
  const known = ahead.get(new URL(address, location.href).href);
  forget();
  return go(() => known ?? asked(address), options);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-coming]")) event.preventDefault();
  const link = event.target.closest("#page a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (!isRoom(link.href)) return;
  event.preventDefault();
  const regions = [...document.querySelectorAll("#places [data-box]")];
  if (regions.includes(link)) document.querySelector("ip-diff")?.show(regions.indexOf(link));
  else follow(link.href);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("#page [data-swap]")) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(form));
  if (form.method === "get") {
    follow(`${form.action}?${fields}`);
    return;
  }
  const likely = fields.get("alike") === "yes" ? came.get(after()) : undefined;
  forget();
  go(() => asked(form.action, { method: "POST", body: fields }), { likely });
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-hides]")) document.getElementById("page").classList.toggle("bare");
});

document.addEventListener("keydown", (event) => {
  const open = event.target.closest?.("#page .words details[open]");
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  document.getElementById("view")?.focus();
});

document.addEventListener("mask", async (event) => {
  const address = new URL(location.href);
  address.searchParams.set("mask", event.detail);
  address.searchParams.set("view", document.getElementById("page").dataset.view);
  await follow(address.href);
  document.querySelector("#drawn h2")?.focus();
});

addEventListener("popstate", () => follow(location.href, { pushes: false }));
settle();
lookAhead();
if (document.getElementById("page").dataset.said) told.textContent = document.getElementById("page").dataset.said;
