// While a page is laid out otherwise for its picture, what watches sizes and places hears of it only what is still so
// afterwards. Only in pages of a playbook that hides something or gives it a width.
(() => {
  let held = 0;
  const late = new Set();
  const withhold = (name, same) => {
    const Native = window[name];
    if (!Native) return;
    const Wrapped = new Proxy(Native, {
      construct(target, [callback, ...rest], as) {
        if (typeof callback !== "function") return Reflect.construct(target, [callback, ...rest], as);
        const told = new WeakMap(), waiting = new Map();
        const tell = (entries) => {
          for (const entry of entries) told.set(entry.target, entry);
          if (entries.length) callback.call(observer, entries, observer);
        };
        const deliver = () => {
          const changed = [...waiting.values()].filter((entry) => !told.has(entry.target) || !same(told.get(entry.target), entry));
          waiting.clear();
          tell(changed);
        };
        const observer = Reflect.construct(target, [(entries) => {
          if (!held) return tell(entries);
          for (const entry of entries) waiting.set(entry.target, entry);
          late.add(deliver);
        }, ...rest], as);
        return observer;
      },
    });
    Native.prototype.constructor = window[name] = Wrapped;
  };
  withhold("ResizeObserver", (a, b) => a.contentRect.width === b.contentRect.width && a.contentRect.height === b.contentRect.height);
  withhold("IntersectionObserver", (a, b) => a.isIntersecting === b.isIntersecting && Math.abs(a.intersectionRatio - b.intersectionRatio) < 0.01);
  addEventListener("inspect-pipelines:withhold", (event) => {
    event.stopImmediatePropagation();
    held = Math.max(0, held + event.detail); // a new document knows of no earlier one
    if (held) return;
    const waiting = [...late];
    late.clear();
    for (const deliver of waiting) deliver();
  }, true);
})();
