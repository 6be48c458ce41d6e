// Waits up to `budget` ms for fonts, images and aria-busy; returns what is still missing, in words.
async ({ budget }) => {
  const end = performance.now() + budget;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const visible = (e) => e.checkVisibility?.({ visibilityProperty: true, opacityProperty: true }) && e.getClientRects().length > 0;
  const near = (e) => e.loading !== "lazy" || e.getBoundingClientRect().top < innerHeight;
  const name = (e) => e.tagName.toLowerCase() + (e.id ? `#${e.id}` : e.classList.length ? `.${e.classList[0]}` : "");
  const busy = () => [...document.querySelectorAll('[aria-busy="true"]')].filter(visible).map(name);
  const images = () => [...document.images].filter((e) => visible(e) && near(e) && !e.complete && (e.currentSrc || e.src));
  const fonts = () => document.fonts.status === "loading";
  if (document.readyState === "loading") {
    await Promise.race([new Promise((done) => document.addEventListener("DOMContentLoaded", done)), pause(budget)]);
  }
  while ((fonts() || busy().length || images().length) && performance.now() < end) await pause(20);
  // A complete image may still wait for its decoder; those far down the page are decoded when they are painted.
  const decoding = [...document.images].filter((e) => e.complete && e.naturalWidth && visible(e)).slice(0, 100);
  await Promise.race([Promise.allSettled(decoding.map((e) => e.decode())), pause(Math.max(0, end - performance.now()))]);
  await new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); setTimeout(done, 200); });
  const late = [];
  if (fonts()) late.push("fonts are loading");
  if (busy().length) late.push(`aria-busy is true on ${busy().slice(0, 3).join(", ")}`);
  if (images().length) late.push(`images are loading: ${images().slice(0, 3).map((e) => e.currentSrc || e.src).join(", ")}`);
  return late;
}
