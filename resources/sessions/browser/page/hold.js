// Holds one document still for its picture, and says how to let it go on: what ends is brought to its end, with its
// events; what never ends stands at its beginning until it is released; the caret is not drawn. Nothing of it stays.
() => {
  const held = new Map();
  const roots = function* (root) {
    yield root;
    for (const element of root.querySelectorAll("*")) if (element.shadowRoot) yield* roots(element.shadowRoot);
  };
  const holdAnimations = () => {
    for (const root of roots(document)) for (const animation of root.getAnimations()) {
      const timing = animation.effect?.getComputedTiming();
      if (!timing || held.has(animation) || animation.playState !== "running" || !animation.playbackRate) continue;
      if (!(animation.timeline instanceof DocumentTimeline)) continue; // driven by scrolling, not by time
      if (timing.endTime !== Infinity) { animation.finish(); continue; }
      held.set(animation, { time: animation.currentTime, rate: animation.playbackRate, since: performance.now() });
      animation.playbackRate = 0;
      animation.currentTime = timing.delay;
    }
  };
  const release = () => {
    for (const [animation, was] of held) {
      animation.playbackRate = was.rate;
      animation.currentTime = was.time + (performance.now() - was.since) * was.rate;
    }
  };
  // The colour goes and comes back while transitions take no time, else `transition: all` would show and tell of it.
  const caret = new CSSStyleSheet();
  const SWIFT = "transition-duration: 0s !important; transition-delay: 0s !important;";
  const wear = (css) => {
    caret.replaceSync(css && `:focus, :root:read-write { ${css} }`);
    for (const root of worn) {
      const element = root.activeElement ?? root.host ?? document.documentElement;
      if (element) getComputedStyle(element).caretColor;
    }
  };
  const worn = [...roots(document)].filter((root) => root === document || root.activeElement);
  for (const root of worn) root.adoptedStyleSheets = [...root.adoptedStyleSheets, caret];
  wear(`caret-color: transparent !important; ${SWIFT}`);
  const media = [];
  for (const each of document.querySelectorAll("video, audio")) {
    if (each.paused && !each.currentTime) continue;
    media.push([each, each.currentTime, each.paused]);
    try { each.pause(); if (isFinite(each.duration)) each.currentTime = 0; } catch { /* a live stream */ }
  }
  // An SVG's own animations (SMIL) stand where all that end have ended, those that never end at the same time of theirs.
  const MOVERS = "animate, animateTransform, animateMotion, set";
  const seconds = (text) => { const found = /^([\d.]+)(ms|s)?$/.exec((text ?? "0").trim()); return found ? found[1] / (found[2] === "ms" ? 1000 : 1) : null; };
  const drawings = [];
  for (const root of roots(document)) for (const svg of root.querySelectorAll("svg")) {
    if (svg.ownerSVGElement || !svg.querySelector(MOVERS)) continue;
    const was = svg.getCurrentTime();
    let at = 0;
    for (const mover of svg.querySelectorAll(MOVERS)) {
      const begin = seconds(mover.getAttribute("begin"));
      if (begin === null) at = Math.max(at, was); // something else sets it off: it is not undone
      if ([mover.getAttribute("repeatCount"), mover.getAttribute("repeatDur")].includes("indefinite")) continue;
      try { at = Math.max(at, (begin ?? mover.getStartTime()) + mover.getSimpleDuration() * (parseFloat(mover.getAttribute("repeatCount")) || 1)); } catch { /* it never ends, or has not begun */ }
    }
    drawings.push([svg, was, svg.animationsPaused(), performance.now()]);
    svg.pauseAnimations();
    svg.setCurrentTime(at);
  }
  holdAnimations();
  return {
    again: holdAnimations, // what has begun since
    release: () => {
      release();
      for (const [svg, was, paused, since] of drawings) {
        svg.setCurrentTime(paused ? was : was + (performance.now() - since) / 1000);
        if (!paused) svg.unpauseAnimations();
      }
      wear(SWIFT);
      wear("");
      for (const root of worn) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => sheet !== caret);
      for (const [each, time, paused] of media) {
        if (isFinite(each.duration)) each.currentTime = time;
        if (!paused) each.play().catch(() => {});
      }
    },
  };
}
