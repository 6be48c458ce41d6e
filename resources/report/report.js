/* The page is complete without this; it adds the swipe slider, keys, copying and scrolling both sides together. */
"use strict";
document.documentElement.classList.add("has-js");

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const views = all("article.view");

for (const viewer of all(".viewer")) {
  const range = viewer.querySelector(".cut input");
  if (range) range.addEventListener("input", () => viewer.style.setProperty("--cut", range.value + "%"));

  const frames = all(".before .frame, .after .frame", viewer);
  for (const frame of frames) {
    frame.addEventListener("scroll", () => {
      for (const other of frames) if (other !== frame && Math.abs(other.scrollTop - frame.scrollTop) > 1) other.scrollTop = frame.scrollTop;
    }, { passive: true });
  }

  /* A tall page opens at its first change. */
  const show = () => {
    const stage = viewer.querySelector(".stage");
    const line = viewer.querySelector(".after .marks .line");
    if (!line) return;
    for (const box of [stage, ...frames]) {
      if (box.scrollHeight <= box.clientHeight + 4) continue;
      const image = box.querySelector(".after img") || box.querySelector("img");
      if (!image || !image.naturalWidth) continue;
      const y = Number(line.getAttribute("y")) * image.clientWidth / image.naturalWidth;
      box.scrollTop = Math.max(0, y - box.clientHeight / 3);
    }
  };
  addEventListener("load", show);
  viewer.addEventListener("change", (event) => { if (event.target.type === "radio") show(); });
}

for (const button of all("button.copy")) {
  button.addEventListener("click", async () => {
    const text = button.dataset.copy;
    try { await navigator.clipboard.writeText(text); }
    catch { /* a page opened from a file may not write: select it instead */
      const range = document.createRange();
      range.selectNodeContents(button.previousElementSibling);
      getSelection().removeAllRanges(); getSelection().addRange(range);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  });
}

/* Up and down go from view to view, 1 to 5 choose how to look at the current one. */
let current = -1;
const inField = (element) => element.closest("input[type=range], textarea, select, .frame, .tablebox");
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !views.length || inField(event.target)) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (event.target.matches("input[type=radio]")) return;
    /* The focused view is where the reader is; the observer below tells later, and by then of a view just left. */
    const focused = views.indexOf(event.target.closest("article.view"));
    const next = (focused >= 0 ? focused : current) + (event.key === "ArrowDown" ? 1 : -1);
    if (next < 0 || next >= views.length) return;
    event.preventDefault();
    current = next;
    views[current].focus({ preventScroll: true });
    views[current].scrollIntoView({ block: "start" });
  } else if ("12345".includes(event.key)) {
    const view = event.target.closest("article.view") || views[Math.max(current, 0)];
    const mode = view.querySelector("input[id$='-m" + event.key + "']");
    if (mode && mode.offsetParent !== null) { mode.checked = true; mode.dispatchEvent(new Event("change", { bubbles: true })); }
  }
});

/* The rail marks where the reader is. */
const links = new Map(all(".railviews a").map((link) => [link.hash.slice(1), link]));
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const link = links.get(entry.target.id);
    if (link) link.toggleAttribute("aria-current", entry.isIntersecting);
    if (entry.isIntersecting) current = views.indexOf(entry.target);
  }
}, { rootMargin: "-30% 0px -60% 0px" });
views.forEach((view) => seen.observe(view));
