// What can be changed in a page and how: `corpus.find(kind)` lists places, `corpus.apply(kind, index, how)` changes one.
// Boxes are x, y, width, height in CSS px of the page. Python picks place and manner by its seed and proves the pixels.
(() => {
  let view = null, found = [], undo = [], spoilt = false;
  const box = (rect) => [rect.left + scrollX, rect.top + scrollY, rect.width, rect.height];
  const union = (a, b) => { const x = Math.min(a[0], b[0]), y = Math.min(a[1], b[1]);
    return [x, y, Math.max(a[0] + a[2], b[0] + b[2]) - x, Math.max(a[1] + a[3], b[1] + b[3]) - y]; };
  const inside = ([x, y, w, h], [vx, vy, vw, vh], edge) => x >= vx + edge && y >= vy + edge && x + w <= vx + vw - edge && y + h <= vy + vh - edge;
  const known = new Map();
  const clippers = (node) => { const at = node.parentElement;
    if (!at || at === document.body) return [];
    if (!known.has(at)) known.set(at, getComputedStyle(at).overflowX === "visible" ? clippers(at) : [...clippers(at), box(at.getBoundingClientRect())]);
    return known.get(at); };
  const shown = (element, area, edge = 3) => area[2] > 0 && area[3] > 0 && inside(area, view, edge) &&
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && clippers(element).every((clip) => inside(area, clip, 0));
  const of = (selector, ok = () => true) => [...document.querySelectorAll(selector)]
    .map((node) => ({ node, box: box(node.getBoundingClientRect()) })).filter((at) => shown(at.node, at.box) && ok(at.node, at.box));
  const sized = (w, h, W, H) => (_, b) => b[2] >= w && b[3] >= h && b[2] <= W && b[3] <= H;
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const rgb = (text) => { const n = (text.match(/[\d.]+/g) || []).map(Number); return n.length === 3 || n[3] === 1 ? n.slice(0, 3) : null; };
  const ground = (node) => { for (let at = node.parentElement; at; at = at.parentElement) { const s = getComputedStyle(at);
    if (s.backgroundImage !== "none") return null;
    const now = rgb(s.backgroundColor);
    if (now) return now; }
    return [255, 255, 255]; };
  const words = (node) => node.textContent.trim();
  const leaf = (node) => !node.children.length && words(node).length > 2;
  const leaves = () => of("body *:not(script):not(style):not(code)", (node) => leaf(node) && !node.ownerSVGElement && !/^(TEXTAREA|SELECT|OPTION)$/.test(node.tagName));
  const texts = (wanted, from, to) => { const list = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = walk.nextNode());) {
      if (/^(SCRIPT|STYLE|TEXTAREA)$/.test(node.parentElement.tagName)) continue;
      const size = parseFloat(getComputedStyle(node.parentElement).fontSize);
      if (size < from || size > to) continue;
      // A few letters of every text are choice enough, and measuring each of a long page takes seconds.
      const matches = [...node.data.matchAll(wanted)], step = Math.ceil(matches.length / 3);
      for (const match of matches.filter((_, i) => i % step === (list.length * 7) % step)) {
        const range = document.createRange();
        range.setStart(node, match.index);
        range.setEnd(node, match.index + 1);
        const area = box(range.getBoundingClientRect());
        if (area[2] > 1 && shown(node.parentElement, area)) list.push({ node, at: match.index, box: area, letter: node.data[match.index], size });
      }
    }
    return list; };
  const BLOCKS = "p, figure, h2, .card, .row, .item, .comment, .panel, section, .note, .notice, .tip, .warn, pre, blockquote, .line, .feed, .tile, .quote, .check, .banner, details, .sum, .month, .split, .pile, .wrap, .banner";
  const SMALL = "button, .avatar, .icon, .tag, .pill, .state, .delta, .chip, .ribbon, .sale, .flag, .v, kbd, h1, h2, h3, label, input, .meter, .price, .was, .big, .meta, figcaption, small, td, th, .tick, .radio, .steps span, .key span, .fact, .tile, .item, .card, .quote, .line, .plot, canvas.photo, .month, .tiny, .stars, .on, .cart i, aside i";
  const THINGS = "button, .avatar, .tag, .pill, .state, .delta, .chip, .ribbon, .sale, .flag, .v, kbd, h1, h2, h3, label, input, .meter, .price, .was, .meta, figcaption, small, td, .tick, .radio, .steps span, .key span, .tiny, .stars, .cart i, aside i, blockquote, .hint, .by, .toc a, nav a, li";
  const LETTER = /[aceonuhbtfmrsliCOEPGبترحدזבהר]/g;

  const overlap = (a, b) => { const x = Math.max(a[0], b[0]), y = Math.max(a[1], b[1]);
    return [x, y, Math.min(a[0] + a[2], b[0] + b[2]) - x, Math.min(a[1] + a[3], b[1] + b[3]) - y]; };
  const partly = (selector) => [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility({ visibilityProperty: true }))
    .map((node) => ({ node, box: clippers(node).reduce(overlap, overlap(node === document.body ? view : box(node.getBoundingClientRect()), view)) }))
    .filter((at) => at.box[2] >= 24 && at.box[3] >= 24);

  const finders = {
    colour: () => partly("body, body *").flatMap((at) => {
      const style = getComputedStyle(at.node), vector = at.node.tagName === "rect" && at.node.ownerSVGElement;
      if (/^(INPUT|TEXTAREA)$/.test(at.node.tagName) && at.node.matches(":focus")) return [];
      const now = vector ? rgb(style.fill) : style.backgroundImage === "none" ? rgb(style.backgroundColor) : null;
      return now ? [{ ...at, now, property: vector ? "fill" : "background-color" }] : []; }),
    "text-colour": () => of("p, h1, h2, h3, td, li, figcaption, blockquote, .card, .quote, .comment p, .feed, .hint, div", (node, b) =>
      [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim().length >= 25) && b[3] < 400)
      .map((at) => ({ ...at, now: rgb(getComputedStyle(at.node).color), property: "color" })).filter((at) => at.now),
    shift: () => of(SMALL, sized(10, 8, 520, 360)),
    letter: () => texts(LETTER, 13.5, 60),
    "letter-small": () => texts(LETTER, 9, 13.4),
    digit: () => texts(/[0-9]/g, 9, 60),
    punctuation: () => texts(/[.,](?=\S)|[.,]/g, 9, 40),
    "icon-missing": () => of(".icon", sized(11, 11, 30, 30)),
    "image-missing": () => of("canvas.photo, .plot", (_, b) => b[2] >= 60 && b[3] >= 60),
    "text-swapped": () => { const groups = new Map();
      for (const at of leaves()) { const key = at.node.tagName + at.node.className + at.node.parentElement.tagName;
        (groups.get(key) ?? groups.set(key, []).get(key)).push(at); }
      return [...groups.values()].flatMap((list) => list.slice(1).map((b, i) => ({ node: list[i].node, other: b.node, box: union(list[i].box, b.box) })))
        .filter((at) => words(at.node) !== words(at.other) && Math.abs(words(at.node).length - words(at.other).length) < 8 && words(at.node).length < 60); },
    "z-order": () => of(".stack > *").map((at) => ({ ...at, next: at.node.nextElementSibling })).filter((at) => {
      const next = at.next && box(at.next.getBoundingClientRect());
      return next && shown(at.next, next) && next[0] < at.box[0] + at.box[2] - 4 && next[0] + next[2] > at.box[0] + 4 && next[1] < at.box[1] + at.box[3] - 4; }),
    "font-weight": leaves,
    "font-size": leaves,
    "block-inserted": () => of(BLOCKS, (node) => !node.closest(".strip, header, .stack, td")),
    "block-removed": () => of(BLOCKS, (_, b) => b[3] >= 24 && b[3] <= 200),
    vanished: () => of(THINGS, (node, b) => sized(8, 8, 520, 200)(node, b) && (words(node) || /INPUT/.test(node.tagName) || node.className)),
    "border-removed": () => of("body *:not(td):not(th)", (node, b) => { const s = getComputedStyle(node);
      return b[2] >= 16 && b[3] >= 16 && ["Top", "Right", "Bottom", "Left"].some((side) => parseFloat(s[`border${side}Width`]) >= 1 && s[`border${side}Style`] === "solid"); }),
    "rule-missing": () => [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule, i) => ({ sheet, i, rule })))
      .filter(({ rule }) => rule.selectorText && [...document.querySelectorAll(rule.selectorText)].some((node) => shown(node, box(node.getBoundingClientRect()), 0)))
      .map((at) => ({ ...at, box: view })),
    "shadow-added": () => of("button, .card, .item, .tile, .price, .panel, figure, .note, .notice, .tip, .sum, .chip, .quote, pre, section, input, .fact", sized(24, 16, 900, 500)),
    "badge-added": () => of("button, .icon, h1, h2, h3, .avatar, .card, .item, .tile, label, figcaption, td", sized(14, 10, 700, 500)),
    hairline: () => of("p, h2, h3, .card, .row, .item, .comment, .panel, section, .note, .tip, pre, .line, .feed, .tile, .quote, .sum, .month, figure, table", sized(60, 60, 1200, 900))
      .map((at) => ({ ...at, now: ground(at.node) })).filter((at) => at.now),
    overlay: () => [{ box: view }],
    "cookie-banner": () => [{ box: view }],
    "page-blank": () => [{ box: view }],
    "stylesheet-missing": () => [{ box: view }],
    // No table cells: a transform takes the collapsed borders off them, which is a change that people see.
    texts: () => of("p, h1, h2, h3, li, figcaption, small, blockquote, label, b, .hint, .meta, .state, .pill, .tag, .tiny, .was, .price, a, button, pre, .card, .feed, .line, .comment p, .quote", (node) => words(node)),
    lines: () => of("input, button, .card, .item, .plot, .icon, .chip, .radio, .tick, kbd, .meter, hr, .note, .tip, .sum, figure, section, .avatar, .price, pre, .panel, .comment, table", sized(10, 8, 1300, 700)),
    fields: () => of("input, textarea"),
  };

  const made = (css, html) => { const node = document.createElement("div"); node.style.cssText = css; node.innerHTML = html; undo.push(() => node.remove()); return node; };
  const add = (css, html) => { const node = made(css, html); document.body.append(node); return node; };
  const set = (node, name, value) => { const was = node.getAttribute("style");
    undo.push(() => was === null ? node.removeAttribute("style") : node.setAttribute("style", was));
    node.style.setProperty(name, value, "important"); };
  const write = (node, text, key = "data") => { const was = node[key]; undo.push(() => { node[key] = was; }); node[key] = text; };
  const move = (node, x, y) => { if (getComputedStyle(node).display === "inline" || /^T[DH]$/.test(node.tagName)) { set(node, "position", "relative"); set(node, "left", x + "px"); set(node, "top", y + "px"); }
    else set(node, "translate", `${x}px ${y}px`); };
  const paint = (at, how) => { set(at.node, at.property, `rgb(${how.colour.join(",")})`); };
  const rewrite = (at, how) => write(at.node, at.node.data.slice(0, at.at) + how.letter + at.node.data.slice(at.at + 1));
  const again = (node) => box(node.getBoundingClientRect());

  const appliers = {
    colour: paint, "text-colour": paint, letter: rewrite, "letter-small": rewrite, digit: rewrite, punctuation: rewrite,
    shift: (at, how) => { move(at.node, how.x, how.y); return union(at.box, again(at.node)); },
    "icon-missing": (at) => set(at.node, "visibility", "hidden"),
    "image-missing": (at, how) => { if (how.manner === "hidden" || at.node.tagName !== "CANVAS") return set(at.node, "visibility", "hidden");
      spoilt = true;
      const c = at.node.getContext("2d"); c.fillStyle = "#fff"; c.fillRect(0, 0, 4000, 4000); c.strokeStyle = "#999"; c.strokeRect(0.5, 0.5, at.node.width - 1, at.node.height - 1);
      c.fillStyle = "#333"; c.font = "13px Liberation Sans"; c.fillText("picture", 24, 20); },
    "text-swapped": (at) => { const [here, there] = [at.node.textContent, at.other.textContent]; write(at.node, there, "textContent"); write(at.other, here, "textContent"); },
    "z-order": (at) => { set(at.node, "z-index", "9"); },
    "font-weight": (at) => { const bold = getComputedStyle(at.node).fontWeight >= 600; set(at.node, "font-weight", bold ? "400" : "700"); },
    "font-size": (at, how) => { set(at.node, "font-size", parseFloat(getComputedStyle(at.node).fontSize) + how.by + "px"); },
    "block-inserted": (at, how) => { const node = made(`height:${how.height}px;box-sizing:border-box;overflow:hidden;grid-column:1/-1;flex:none;width:100%;` + how.css, how.html);
      at.node.before(node); return again(node); },
    "block-removed": (at) => set(at.node, "display", "none"),
    vanished: (at) => set(at.node, "visibility", "hidden"),
    "border-removed": (at) => set(at.node, "border-color", "transparent"),
    "rule-missing": (at) => { const text = at.rule.cssText; undo.push(() => at.sheet.insertRule(text, at.i)); at.sheet.deleteRule(at.i); },
    "shadow-added": (at, how) => { set(at.node, "box-shadow", how.css); },
    "badge-added": (at, how) => { const [x, y, w] = at.box; const node = add(`position:absolute;left:${x + w - how.size * 0.6}px;top:${y - how.size * 0.3}px;width:${how.size}px;height:${how.size}px;border-radius:50%;background:${how.colour};z-index:50`, ""); return again(node); },
    hairline: (at, how) => { const [x, y, w, h] = at.box.map(Math.round), px = 1 / devicePixelRatio;
      return again(add(`position:absolute;left:${how.upright ? x + w + 2 : x}px;top:${how.upright ? y : y + h + 2}px;width:${how.upright ? px : w}px;height:${how.upright ? h : px}px;background:rgb(${how.colour.join(",")});z-index:80`, "")); },
    overlay: (_, how) => { const [x, y, w, h] = view; add(`position:absolute;left:${x}px;top:${y}px;width:${w}px;height:${h}px;background:rgba(0,0,0,${how.alpha});z-index:90`, "");
      add(`position:absolute;left:${x + w / 2 - 150}px;top:${y + 160}px;width:300px;box-sizing:border-box;padding:20px;background:#fff;color:#222;border-radius:8px;z-index:91;font:15px 'Liberation Sans'`, "<b>Stay a little longer?</b><p>Your session ends in two minutes.</p><button>Stay</button>"); },
    "cookie-banner": (_, how) => { const [x, y, w, h] = view;
      return again(add(`position:absolute;left:${x}px;top:${y + h - how.height}px;width:${w}px;height:${how.height}px;box-sizing:border-box;padding:12px 18px;overflow:hidden;background:${how.colour};color:#fff;z-index:90;font:14px 'Liberation Sans'`, "We keep three cookies, one of them for the dog. <b>Fine</b> &nbsp; <u>Rather not</u>")); },
    "page-blank": (_, how) => { if (how.manner === "white") { set(document.documentElement, "background", "#fff"); set(document.body, "background", "#fff"); } set(document.body, "visibility", "hidden"); },
    "stylesheet-missing": () => { spoilt = true; document.querySelectorAll("style").forEach((style) => { style.disabled = true; style.sheet.disabled = true; }); },
  };
  window.corpus = {
    look: (area) => { view = area; },
    spoil: () => { spoilt = true; },
    // Take back what was changed since the last time; false when only loading the page anew will do.
    restore: () => { while (undo.length) undo.pop()(); found = []; return !spoilt; },
    height: () => document.documentElement.scrollHeight,
    find: (kind) => (known.clear(), found = finders[kind]()).map(({ box, now, letter, size, node, property, rule }) => ({ box, now, letter, size, property,
      name: node?.nodeType === 1 ? node.tagName.toLowerCase() + (node.classList.length ? "." + node.classList[0] : "") : "" })),
    say: (index) => { const { node, rule } = found[index]; return (rule ? rule.selectorText : node?.nodeType === 3 ? node.data : node ? words(node) : "").replace(/\s+/g, " ").slice(0, 60); },
    apply: (kind, index, how) => appliers[kind](found[index], how) || null,
    nudge: (indexes, css) => { const all = new Set(indexes.map((i) => found[i].node)), below = (node) => { for (let at = node.parentElement; at; at = at.parentElement) if (all.has(at)) return true; return false; };
      [...all].filter((node) => !below(node)).forEach((node) => { if (getComputedStyle(node).display === "inline") { set(node, "position", "relative"); set(node, "left", css.x + "px"); set(node, "top", css.y + "px"); }
      else set(node, "transform", `translate(${css.x}px, ${css.y}px) ${css.more}`); }); },
    layer: (indexes, name, value) => indexes.forEach((i) => set(found[i].node, name, value)),
    // What comes and goes without a trace that people see.
    restyle: async () => { const styles = [...document.querySelectorAll("style")]; styles.forEach((style) => { style.sheet.disabled = true; });
      await painted(); styles.forEach((style) => { style.sheet.disabled = false; }); scrollTo(view[0], view[1]); await painted(); },
    squeeze: async () => { const at = document.documentElement; at.style.width = "70%"; await painted(); at.style.width = ""; scrollTo(view[0], view[1]); await painted(); },
    wander: async () => { scrollTo(0, 1e6); await painted(); scrollTo(0, view[3] / 3); await painted(); scrollTo(view[0], view[1]); await painted(); },
    hold: async (indexes) => { for (const i of indexes) { const motion = found[i].node.animate([{ transform: "none" }, { transform: "translateX(40px)" }], { duration: 900, iterations: Infinity });
      motion.playbackRate = 0; motion.currentTime = 0; } await painted(); },
    focus: (index, caret) => { spoilt = true; const node = found[index].node; if (!caret) set(node, "caret-color", "transparent"); node.focus({ preventScroll: true });
      const end = node.value.length; node.setSelectionRange(end, end); },
    // The size of every line of text: equal lists mean that nothing flowed differently.
    lines: () => { const list = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
      for (let node; (node = walk.nextNode());) { range.selectNodeContents(node); for (const r of range.getClientRects()) list.push([r.left, r.top, r.width, r.height].map((v) => Math.round(v * 4) / 4).join()); }
      return list.join(";"); },
  };
  const calm = new CSSStyleSheet();
  calm.replaceSync("*, *::before, *::after { animation: none !important; transition: none !important }");
  document.adoptedStyleSheets = [calm];
})();
