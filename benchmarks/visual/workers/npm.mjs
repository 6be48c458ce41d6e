// The peers of the npm registry in one long-lived process: a JSON request a line, a JSON answer a line.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2] + "/");
const pixelmatch = require("pixelmatch").default;
const { PNG } = require("pngjs");
const looksSame = require("looks-same");
const blazediff = require("@blazediff/core").default;

const read = (path) => PNG.sync.read(readFileSync(path));
const kept = { path: "", picture: null };

// Many pairs share their old picture: where nothing is timed, it is read once.
function readOnce(path) {
  if (kept.path !== path) Object.assign(kept, { path, picture: read(path) });
  return kept.picture;
}

function counted(old, now, count, keep) {
  const [a, b] = [keep ? readOnce(old) : read(old), read(now)];
  if (a.width !== b.width || a.height !== b.height) return "size";
  return count(a.data, b.data, undefined, a.width, a.height) / (a.width * a.height);
}

const tools = {
  ping: () => 0,
  pixelmatch: (old, now) => counted(old, now, pixelmatch, false),
  "pixelmatch-kept": (old, now) => counted(old, now, pixelmatch, true),
  blazediff: (old, now) => counted(old, now, blazediff, false),
  "blazediff-kept": (old, now) => counted(old, now, blazediff, true),
  "looks-same": async (old, now) => ((await looksSame(old, now)).equal ? 0 : 1),
  // The same verdict, without the areas round all differences that the line above finds too.
  "looks-same-first": async (old, now) => ((await looksSame(old, now, { stopOnFirstFail: true })).equal ? 0 : 1),
};

console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const { tool, old, new: now } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ ratio: await tools[tool](old, now) }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
