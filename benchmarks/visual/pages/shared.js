// What the pages share: seeded chance, drawn pictures, icons and invented words. No clock, no network, no Math.random.
const chance = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const pick = (r, list) => list[Math.floor(r() * list.length)];
const whole = (r, low, high) => low + Math.floor(r() * (high - low + 1));
const repeat = (n, make) => Array.from({ length: n }, (_, i) => make(i)).join("");
const money = (n) => n.toFixed(2).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const put = (id, html) => { document.getElementById(id).innerHTML = html; };

const SENTENCES = [
  "The ferry leaves the old quay at a quarter past six, and nobody in Harrowmouth has ever seen it wait.",
  "Most of the lamps along the promenade were replaced during the winter of the long frost.",
  "She kept a ledger of every kite that came down in the orchard, with its colours and the wind of the day.",
  "There is a bench behind the signal box where the afternoon light stays longest.",
  "Nothing in the report explains why the second bell rang before the first.",
  "By the third week the bees had moved into the empty letter box, and the post was left with the baker.",
  "What we call the north stair is, strictly speaking, two ladders and a promise.",
  "A good map leaves out more than it shows; a bad one does so without telling you.",
  "The committee met eleven times and agreed on the colour of the door.",
  "Rain came in from the estuary and made small rivers of the tram lines.",
  "Few visitors notice that the clock above the market has no minute hand.",
  "It took the restorers four summers to learn how the glass had been made, and one morning to break it.",
  "Old charts put the sandbank a full mile east of where the seals now sleep.",
  "He paid for the boat in pears, which was usual, and in advice, which was not.",
  "The library lends umbrellas, saws and one large copper pan.",
  "Every spring the choir rehearses on the roof, weather and neighbours permitting.",
  "When the bridge opened, people crossed it twice to be sure of the view.",
  "The oldest recipe in the collection asks for “enough flour” and a patient dog.",
  "Between the two mills runs a path so narrow that walkers greet each other by turning sideways.",
  "Salt, tar and oranges: that is how the warehouse smelled until the fire.",
  "Her letters are short, exact and full of birds.",
  "Nobody owns the meadow, which is why everybody mows it.",
  "The survey counted 312 chimneys, of which 47 had storks and 9 had smoke.",
  "On market days the square is a room with forty doors.",
  "Wind is the only tax that is collected fairly here, the miller used to say.",
  "The last page is missing, and the index suggests it was the best one.",
];
const NAMES = ["Ada Fenwick", "Bram Okoro", "Cleo Marsh", "Dario Lind", "Esme Tallow", "Finn Adeyemi", "Greta Voss", "Hugo Parr",
  "Ines Calder", "Jonas Wray", "Kira Holm", "Leo Santoro", "Mina Brandt", "Noor Haddad", "Otis Quill", "Petra Sand",
  "Quentin Ashe", "Rosa Pell", "Sami Torvald", "Tilda Moor", "Umar Reyes", "Vera Stone", "Wim Garland", "Yara Finch"];
const THINGS = ["Copper kettle", "Linen apron", "Oak stool", "Brass lantern", "Wool blanket", "Enamel mug", "Paper kite", "Cork board",
  "Slate tray", "Glass carafe", "Willow basket", "Iron hook", "Felt slippers", "Beeswax candle", "Rope ladder", "Tin whistle",
  "Clay planter", "Canvas tote", "Field notebook", "Pocket compass", "Bread knife", "Salt cellar", "Wall clock", "Rain barrel"];
const paragraph = (r, from, to) => repeat(whole(r, from, to), () => pick(r, SENTENCES) + " ").trim();

const SHAPES = {
  home: "M3 11 12 3l9 8M5 10v10h14V10M10 20v-6h4v6", search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5",
  star: "M12 3l2.7 5.8 6.3.8-4.6 4.4 1.2 6.3L12 17.2 6.4 20.3l1.2-6.3L3 9.6l6.3-.8z", bell: "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4",
  cart: "M3 4h3l3 11h9l3-8H7M10 20h.1M17 20h.1", user: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4 21c0-5 4-7 8-7s8 2 8 7",
  gear: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v4M12 18v4M2 12h4M18 12h4M5 5l3 3M16 16l3 3M5 19l3-3M16 8l3-3",
  heart: "M12 20 4 12a5 5 0 0 1 8-6 5 5 0 0 1 8 6z", check: "M4 12l5 6L20 5", cross: "M5 5l14 14M19 5 5 19", mail: "M3 5h18v14H3zM3 6l9 7 9-7",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l4 2", flag: "M5 21V4h13l-3 4 3 4H5", up: "M12 20V4M5 11l7-7 7 7", down: "M12 4v16M5 13l7 7 7-7",
  chart: "M4 20V10M10 20V4M16 20v-7M21 20H3", lock: "M6 11h12v10H6zM8 11V8a4 4 0 0 1 8 0v3", box: "M3 7l9-4 9 4v10l-9 4-9-4zM3 7l9 4 9-4M12 11v10",
};
const icon = (name, size = 20, colour = "currentColor") =>
  `<svg class="icon" width="${size}" height="${size}" viewBox="0 0 24 24" fill="none" stroke="${colour}" stroke-width="2" ` +
  `stroke-linecap="round" stroke-linejoin="round"><path d="${SHAPES[name]}"/></svg>`;
const avatar = (r, size = 36) => {
  const hue = whole(r, 0, 359), name = pick(r, NAMES), letters = name.split(" ").map((word) => word[0]).join("");
  return `<span class="avatar" title="${name}" style="width:${size}px;height:${size}px;line-height:${size}px;font-size:${Math.round(size * 0.38)}px;` +
    `background:hsl(${hue} 45% 40%)">${letters}</span>`;
};
const photo = (seed, width, height, style = "") => `<canvas class="photo" data-seed="${seed}" width="${width}" height="${height}" style="${style}"></canvas>`;

// A landscape with sky, sun, hills and film grain: smooth slopes and texture, as photographs have them.
function paint(canvas) {
  const r = chance(Number(canvas.dataset.seed) * 7919), { width: w, height: h } = canvas, c = canvas.getContext("2d", { willReadFrequently: true });
  const hue = whole(r, 0, 359), sky = c.createLinearGradient(0, 0, 0, h);
  sky.addColorStop(0, `hsl(${hue} 55% ${whole(r, 35, 60)}%)`);
  sky.addColorStop(1, `hsl(${hue + 40} 65% 82%)`);
  c.fillStyle = sky;
  c.fillRect(0, 0, w, h);
  const x = w * (0.15 + 0.7 * r()), y = h * (0.15 + 0.3 * r()), sun = c.createRadialGradient(x, y, 2, x, y, w * 0.35);
  sun.addColorStop(0, "rgba(255,250,220,.95)");
  sun.addColorStop(0.15, "rgba(255,235,190,.55)");
  sun.addColorStop(1, "rgba(255,235,190,0)");
  c.fillStyle = sun;
  c.fillRect(0, 0, w, h);
  for (let layer = 0; layer < 4; layer++) {
    const a = r() * 9, b = r() * 9, base = h * (0.45 + 0.13 * layer);
    c.beginPath();
    c.moveTo(0, h);
    for (let i = 0; i <= 60; i++) c.lineTo((w * i) / 60, base - h * 0.09 * (Math.sin(i / 9 + a) + 0.6 * Math.sin(i / 4 + b)));
    c.lineTo(w, h);
    c.fillStyle = `hsl(${hue + 90 + 12 * layer} ${25 + 6 * layer}% ${52 - 11 * layer}%)`;
    c.fill();
  }
  for (let i = 0; i < 14; i++) {
    const tx = w * r(), ty = h * (0.8 + 0.18 * r()), size = h * (0.05 + 0.1 * r());
    c.fillStyle = `hsl(${hue + 120} 30% ${whole(r, 12, 30)}%)`;
    c.beginPath();
    c.moveTo(tx, ty - size * 2);
    c.lineTo(tx + size * 0.6, ty);
    c.lineTo(tx - size * 0.6, ty);
    c.fill();
  }
  const grain = c.getImageData(0, 0, w, h);
  const data = grain.data;
  for (let i = 0, k = whole(r, 1, 1 << 20); i < data.length; i += 4) {
    k = (Math.imul(k, 1664525) + 1013904223) | 0;
    const g = ((k >>> 24) * 7 >> 8) - 3;
    data[i] += g; data[i + 1] += g; data[i + 2] += g;
  }
  c.putImageData(grain, 0, 0);
}
const paintAll = () => document.querySelectorAll("canvas.photo").forEach(paint);

// Axis, grid and one series per list of values, as SVG.
function lines(series, colours, width, height, labels) {
  const top = Math.max(...series.flat()) * 1.1, at = (i, v) => `${(44 + (i * (width - 60)) / (series[0].length - 1)).toFixed(2)},${(height - 26 - (v * (height - 44)) / top).toFixed(2)}`;
  const grid = repeat(5, (i) => { const y = height - 26 - (i * (height - 44)) / 4.4;
    return `<line x1="44" x2="${width - 10}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="currentColor" stroke-opacity=".15"/><text x="38" y="${(y + 4).toFixed(1)}" text-anchor="end">${Math.round((top * i) / 4.4)}</text>`; });
  const names = labels.map((label, i) => `<text x="${at(i * (series[0].length - 1) / (labels.length - 1), 0).split(",")[0]}" y="${height - 8}" text-anchor="middle">${label}</text>`).join("");
  return `<svg class="plot" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-size="11" fill="currentColor">${grid}${names}` +
    series.map((values, s) => `<polyline points="${values.map((v, i) => at(i, v)).join(" ")}" fill="none" stroke="${colours[s]}" stroke-width="2"/>`).join("") + `</svg>`;
}
function bars(values, colour, width, height, labels) {
  const top = Math.max(...values) * 1.15, step = (width - 54) / values.length;
  return `<svg class="plot" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-size="11" fill="currentColor">` +
    `<line x1="40" x2="${width - 8}" y1="${height - 26.5}" y2="${height - 26.5}" stroke="currentColor" stroke-opacity=".4"/>` +
    values.map((v, i) => { const tall = (v * (height - 50)) / top, x = 44 + i * step;
      return `<rect x="${x.toFixed(1)}" y="${(height - 26 - tall).toFixed(1)}" width="${(step * 0.7).toFixed(1)}" height="${tall.toFixed(1)}" fill="${colour}" rx="2"/>` +
        `<text x="${(x + step * 0.35).toFixed(1)}" y="${(height - 32 - tall).toFixed(1)}" text-anchor="middle">${v}</text><text x="${(x + step * 0.35).toFixed(1)}" y="${height - 9}" text-anchor="middle">${labels[i % labels.length]}</text>`; }).join("") + `</svg>`;
}
function donut(parts, colours, size) {
  const total = parts.reduce((a, b) => a + b), radius = size * 0.36, round = 2 * Math.PI * radius;
  let done = 0;
  return `<svg class="plot" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">` + parts.map((part, i) => {
    const arc = `<circle cx="${size / 2}" cy="${size / 2}" r="${radius}" fill="none" stroke="${colours[i]}" stroke-width="${size * 0.16}" stroke-dasharray="${((round * part) / total).toFixed(2)} ${round.toFixed(2)}" stroke-dashoffset="${(-done).toFixed(2)}" transform="rotate(-90 ${size / 2} ${size / 2})"/>`;
    done += (round * part) / total;
    return arc; }).join("") + `<text x="50%" y="54%" text-anchor="middle" font-size="${size / 8}" font-weight="700" fill="currentColor">${total}</text></svg>`;
}
