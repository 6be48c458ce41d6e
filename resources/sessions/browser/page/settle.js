// Waits up to `budget` ms for fonts, images, aria-busy, skeletons and "Loading.." to be over, and for the window to stand
// where a smooth scroll takes it, and up to `rest` ms for the page to come to rest; returns what is still missing, in words,
// whether it rested, and how high the page is (0: no higher than the window). What was missing before is not waited for again.
// With a budget of 0 it only looks, for a page without scripts has no timers either.
async ({ budget, known, rest }) => {
  const REST = 400;
  const end = performance.now() + budget;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const visible = (e) => e.checkVisibility?.({ visibilityProperty: true, opacityProperty: true }) && e.getClientRects().length > 0;
  const near = (e) => e.loading !== "lazy" || e.getBoundingClientRect().top < innerHeight;
  const name = (e) => e.tagName.toLowerCase() + (e.id ? `#${e.id}` : e.classList.length ? `.${e.classList[0]}` : "");
  const place = () => `${scrollX},${scrollY}`;
  const some = (found) => found.slice(0, 3).join(", ");
  const BONES = /(^|[-_])(skeleton|shimmer|placeholder-glow|placeholder-wave)([-_]|$)/i;
  const SPINS = /spinner|preloader|(^|[-_])(loader|spinning)([-_]|$)/i; // not `spin` alone: a wheel that adorns a page turns for ever
  const turns = (e) => e.getAnimations({ subtree: true }).some((each) => each.playState === "running" && each.effect?.getComputedTiming().endTime === Infinity);
  const WAITS = /^(loading|please wait|one moment)\b[^a-z0-9]*([\p{L}\p{N} ]{0,30}[^a-z0-9]*)?$/iu;
  const words = () => {
    const said = [];
    const walker = document.createTreeWalker(document.body ?? document.documentElement ?? document, NodeFilter.SHOW_TEXT);
    for (let seen = 0; seen < 5000 && said.length < 3 && walker.nextNode(); seen++) {
      const text = walker.currentNode.data.trim();
      if (text.length < 45 && WAITS.test(text) && visible(walker.currentNode.parentElement)) said.push(`'${text}'`);
    }
    return said;
  };
  const missing = () => {
    const late = [];
    const tell = (found, sentence) => { if (found.length) late.push(sentence + some(found)); };
    if (document.fonts.status === "loading") late.push("fonts are loading");
    tell([...document.querySelectorAll('[aria-busy="true"]')].filter(visible).map(name), "aria-busy is true on ");
    tell([...document.images].filter((e) => visible(e) && near(e) && !e.complete && (e.currentSrc || e.src)).map((e) => e.currentSrc || e.src), "images are loading: ");
    tell([...document.querySelectorAll('[role="progressbar"]:not([aria-valuenow])')].filter(visible).map(name), "something is in progress at ");
    tell([...document.querySelectorAll('[class*="skeleton" i],[class*="shimmer" i],[class*="placeholder-" i]')]
      .filter((e) => [...e.classList].some((each) => BONES.test(each)) && visible(e)).map(name), "a skeleton stands at ");
    tell([...document.querySelectorAll('[class*="spin" i],[class*="loader" i]')]
      .filter((e) => [...e.classList].some((each) => SPINS.test(each)) && visible(e) && turns(e)).map(name), "a spinner turns at ");
    tell(words(), "the page says ");
    return late;
  };
  const height = () => { const h = +(document.documentElement?.scrollHeight ?? 0) || 0; return h > innerHeight + 1 ? h : 0; };
  if (!budget) return [missing(), true, height()];
  const fresh = () => missing().filter((each) => !known.includes(each));
  // Whether the page came to rest: REST ms in a row without an element that came or went, and idle in between. Code that has
  // just come is at work before it asks for its data, for seconds where the machine has other work; texts may change, as clocks do.
  const rested = () => new Promise((done) => {
    const until = performance.now() + rest;
    let since = performance.now(), at = null;
    const counts = (nodes) => [...nodes].some((each) => each.nodeType === Node.ELEMENT_NODE);
    const watch = new MutationObserver((changes) => {
      if (changes.some((each) => counts(each.addedNodes) || counts(each.removedNodes))) since = performance.now();
    });
    watch.observe(document, { childList: true, subtree: true });
    const look = ({ didTimeout }) => {
      const now = performance.now();
      if (didTimeout || (at ?? place()) !== place()) since = now; // what scrolls by itself brings what comes into sight
      at = place();
      const left = since + REST - now;
      if (left > 0 && now < until) { setTimeout(() => requestIdleCallback(look, { timeout: 500 }), Math.min(40, left)); return; }
      watch.disconnect();
      done(now - since >= REST);
    };
    requestIdleCallback(look, { timeout: 500 });
  });
  if (document.readyState === "loading") {
    await Promise.race([new Promise((done) => document.addEventListener("DOMContentLoaded", done)), pause(budget)]);
  }
  let hasRested;
  do {
    while (fresh().length && performance.now() < end) await pause(20);
    const standing = (async () => { for (let at = null; at !== place() && performance.now() < end; await pause(60)) at = place(); })();
    // A complete image may still wait for its decoder; those far down the page are decoded when they are painted.
    const decoding = [...document.images].filter((e) => e.complete && e.naturalWidth && visible(e)).slice(0, 100);
    const decoded = Promise.race([Promise.allSettled(decoding.map((e) => e.decode())), pause(Math.max(0, end - performance.now()))]);
    const painted = new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); setTimeout(done, 200); });
    [hasRested] = await Promise.all([rested(), standing, decoded, painted]);
  } while (fresh().length && performance.now() < end); // what was built says that it waits
  return [missing(), hasRested, height()];
}
