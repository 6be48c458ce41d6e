// The peers of the npm registry in one long-lived process: a JSON request a line, a JSON answer a line.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2] + "/");
const pixelmatch = require("pixelmatch").default;
const { PNG } = require("pngjs");
const looksSame = require("looks-same");
const blazediff = require("@blazediff/core").default;

function counted(old, now, count) {
  const [a, b] = [PNG.sync.read(readFileSync(old)), PNG.sync.read(readFileSync(now))];
  if (a.width !== b.width || a.height !== b.height) return "size";
  return count(a.data, b.data, undefined, a.width, a.height) / (a.width * a.height);
}

// Where nothing is timed, files hold bare RGBA: most of the time of these two is their decoder's.
function countedBare(old, now, count, { width, height }) {
  return count(readFileSync(old), readFileSync(now), undefined, width, height) / (width * height);
}

const tools = {
  ping: () => 0,
  pixelmatch: (old, now) => counted(old, now, pixelmatch),
  blazediff: (old, now) => counted(old, now, blazediff),
  "pixelmatch-bare": (old, now, size) => countedBare(old, now, pixelmatch, size),
  "blazediff-bare": (old, now, size) => countedBare(old, now, blazediff, size),
  "looks-same": async (old, now) => ((await looksSame(old, now)).equal ? 0 : 1),
  // The same verdict, without the areas round all differences that the line above finds too.
  "looks-same-first": async (old, now) => ((await looksSame(old, now, { stopOnFirstFail: true })).equal ? 0 : 1),
};

console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const { tool, old, new: now, ...size } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ ratio: await tools[tool](old, now, size) }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
