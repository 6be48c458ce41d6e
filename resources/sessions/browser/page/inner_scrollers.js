// The parts of the page that scroll by themselves and take much of the window: [[path, shown px, whole px]..], largest first.
({ least }) => {
  const name = (e) => e.tagName.toLowerCase() + (e.id ? `#${e.id}` : e.classList.length ? `.${e.classList[0]}` : "");
  const found = [];
  for (const e of document.querySelectorAll("*")) {
    if (e === document.scrollingElement || e === document.body || e.scrollHeight - e.clientHeight < 8) continue;
    if (e.clientWidth * e.clientHeight < least * innerWidth * innerHeight || e.tagName === "TEXTAREA") continue;
    if (!["auto", "scroll", "overlay"].includes(getComputedStyle(e).overflowY) || !e.checkVisibility?.()) continue;
    found.push([name(e), e.clientHeight, e.scrollHeight]);
  }
  return found.sort((one, other) => other[2] - one[2]).slice(0, 3);
}
