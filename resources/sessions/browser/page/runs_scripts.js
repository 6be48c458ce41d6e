// Whether the document may run scripts: one that its server has put into a sandbox runs neither listeners nor timers.
() => {
  let heard = false;
  const target = new EventTarget();
  target.addEventListener("x", () => { heard = true; });
  target.dispatchEvent(new Event("x"));
  return heard;
}
