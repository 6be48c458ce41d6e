// Names that a target could have meant, at most 200.
({ kind, role }) => {
  const TAGS = { button: "button,input[type=submit],input[type=button],[role=button]", link: "a[href],[role=link]", heading: "h1,h2,h3,h4,h5,h6,[role=heading]",
    textbox: "input:not([type=checkbox],[type=radio],[type=submit],[type=button]),textarea", checkbox: "input[type=checkbox],[role=checkbox]", tab: "[role=tab]", img: "img,[role=img]" };
  const squeeze = (text) => (text || "").replace(/\s+/g, " ").trim().slice(0, 300);
  const name = (e) => squeeze(e.getAttribute("aria-label")) || squeeze(e.labels?.[0]?.innerText) || squeeze(e.innerText) || squeeze(e.getAttribute("alt")) || (e.type === "submit" ? squeeze(e.value) : "");
  const all = (selector, read) => [...document.querySelectorAll(selector)].slice(0, 2000).filter((e) => e.checkVisibility()).map(read);
  const read = {
    role: () => all(TAGS[role] || `[role="${role}"],${role}`, name),
    label: () => all("label,[aria-label]", (e) => squeeze(e.getAttribute("aria-label") || e.innerText)),
    text: () => all("body *", (e) => squeeze([...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join(" "))),
    placeholder: () => all("[placeholder]", (e) => e.placeholder),
    test_id: () => all("[data-testid],[data-test-id],[data-test]", (e) => e.dataset.testid || e.dataset.testId || e.dataset.test),
    title: () => all("[title]", (e) => squeeze(e.title)),
    alt: () => all("[alt]", (e) => squeeze(e.alt)),
    id: () => all("[id]", (e) => `#${e.id}`),
    class: () => all("[class]", (e) => [...e.classList].map((c) => `.${c}`)).flat(),
  };
  try { return [...new Set(read[kind]().filter(Boolean))].slice(0, 200); } catch { return []; }
}
