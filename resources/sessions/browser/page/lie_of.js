// [whether the document may run scripts, its height in px].
// One that its server has put into a sandbox runs neither listeners nor timers. What is no higher than the window has no height.
() => {
  let heard = false;
  const target = new EventTarget();
  target.addEventListener("x", () => { heard = true; });
  target.dispatchEvent(new Event("x"));
  const height = +(document.documentElement?.scrollHeight ?? 0) || 0; // a number, whatever the page makes of the word
  return [heard, height > innerHeight + 1 ? height : 0];
}
