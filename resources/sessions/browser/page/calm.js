// Animations and transitions end at once (0.01 ms, so that their events still come), the caret is hidden, scrolling
// jumps. A constructed sheet: it adds no element that a page could count, and no CSP refuses it.
(() => {
  const css = `
    *, *::before, *::after {
      animation-duration: 0.01ms !important; animation-delay: 0s !important; animation-iteration-count: 1 !important;
      transition-duration: 0.01ms !important; transition-delay: 0s !important;
      caret-color: transparent !important; scroll-behavior: auto !important;
    }`;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const add = (root) => {
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  };
  add(document);
  document.addEventListener("DOMContentLoaded", () => add(document));
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    add(root);
    return root;
  };
})();
