// For as long as a picture is taken the page's own listeners hear nothing of it: photographing a whole page scrolls it,
// fires `resize`, holds what moves and lets other elements come under the pointer. First on the window, so that no listener of the page comes before.
(() => {
  const OURS = ["resize", "scroll", "scrollend", "animationiteration", "play", "playing", "pause", "seeking", "seeked",
    "timeupdate", "waiting", "beginEvent", "endEvent", "repeatEvent", "canplay", "canplaythrough", "loadeddata",
    ...["over", "out", "enter", "leave", "move"].flatMap((how) => [`mouse${how}`, `pointer${how}`])];
  let hushed = 0;
  const stop = (event) => { if (hushed) event.stopImmediatePropagation(); };
  for (const type of OURS) addEventListener(type, stop, true);
  for (const type of ["resize", "scroll", "scrollend"]) visualViewport?.addEventListener(type, stop, true);
  addEventListener("inspect-pipelines:hush", (event) => {
    hushed = Math.max(0, hushed + event.detail); // a new document knows of no earlier one
    event.stopImmediatePropagation();
  }, true);
})();
