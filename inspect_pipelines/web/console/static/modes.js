// The ways to look at two pictures, and what each of them needs.
export const MODES = [
  { mode: "split", key: "s", name: "Side by side", needs: ["old", "new"] },
  { mode: "swipe", key: "w", name: "Swipe", needs: ["old", "new"], range: "% new" },
  { mode: "overlay", key: "d", name: "What differs", needs: ["new", "overlay"], range: "% strong" },
  { mode: "onion", key: "o", name: "Onion", needs: ["old", "new"], range: "% new" },
  { mode: "blink", key: "b", name: "Blink", needs: ["old", "new"], moves: true },
  { mode: "old", key: "ArrowLeft", only: "old", needs: ["old"] },
  { mode: "new", key: "ArrowRight", only: "new", needs: ["new"] },
  { mode: "aligned", key: "l", name: "Rows aligned", needs: ["aligned"] },
];
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Those that these sides allow, each with its name and whether it may be used: `Only approved` is called by its side's label. */
export function modesOf(sides) {
  return MODES.filter((one) => one.needs.every((side) => sides.has(side))).map((one) => ({
    ...one,
    name: one.name ?? `Only ${lowered(sides.get(one.only).dataset.label)}`,
    may: !(one.moves && calm.matches),
  }));
}

function lowered(label) {
  return label.charAt(0).toLowerCase() + label.slice(1);
}
