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

const tools = {
  ping: () => 0,
  pixelmatch: (old, now) => counted(old, now, pixelmatch),
  blazediff: (old, now) => counted(old, now, blazediff),
  "looks-same": async (old, now) => ((await looksSame(old, now)).equal ? 0 : 1),
  // The only way to learn how many pixels differ; it draws a picture, which the verdict alone does not.
  "looks-same-ratio": async (old, now) => {
    const found = await looksSame(old, now, { createDiffImage: true });
    return found.equal ? 0 : found.differentPixels / found.totalPixels;
  },
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
