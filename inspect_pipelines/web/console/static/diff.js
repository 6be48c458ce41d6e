// <ip-diff>: the approved picture and this run's, beside or over each other, under one zoom.
// Without scripts its figures stand beside each other. What is looked at stands in the address: mode, z, x, y, region.
import { actual, centred, clamp, filled, fitted, kept, rehung, zoomed } from "./zoom.js";
import { Drawing } from "./drawing.js";
import { button, made } from "./element.js";
import { Minimap } from "./minimap.js";
import { modesOf } from "./modes.js";
import { Pins } from "./pins.js";

const BLINK_MS = 600; // below two changes a second, where WCAG allows three
const FLASH_MS = 1200;
const STEP = 1.25;

class Diff extends HTMLElement {
  connectedCallback() {
    if (this.stage) return this.resume();
    this.sides = new Map([...this.querySelectorAll("figure")].map((one) => [one.dataset.side, one]));
    this.boxes = [...document.querySelectorAll("#places [data-box]")].map((link) => {
      const [x, y, width, height] = link.dataset.box.split(",").map(Number);
      return { link, x, y, width, height, oldY: Number(link.dataset.oldY ?? Number.NaN) };
    });
    this.region = this.boxes.findIndex((one) => one.link.ariaCurrent === "true");
    this.share = 50;
    this.build();
    const asked = new URLSearchParams(location.search);
    const usable = this.ways.filter((one) => one.may);
    const mode = usable.find((one) => one.mode === asked.get("mode")) ?? usable[0];
    this.turn(mode.mode, false);
    const pictures = [...this.stage.querySelectorAll("img")].filter((one) => one.loading !== "lazy");
    Promise.allSettled(pictures.map((one) => one.decode())).then(() => this.settle(asked));
    this.watcher = new ResizeObserver(() => this.place && this.move(this.place, false));
    this.watcher.observe(this.stage);
  }

  /** It was put elsewhere. */
  resume() {
    this.watcher?.observe(this.stage);
    this.turn(this.mode, false);
  }

  disconnectedCallback() {
    this.watcher?.disconnect();
    clearInterval(this.blinking);
    clearTimeout(this.saving);
  }

  build() {
    this.ways = modesOf(this.sides);
    this.modes = new Map();
    const modes = made("div", { class: "modes", role: "group", "aria-label": "How to compare" });
    for (const one of this.ways) {
      const pressed = button(one.key, one.name, () => this.turn(one.mode));
      if (!one.may) Object.assign(pressed, { disabled: true, title: "Off: this device asks for less motion" });
      this.modes.set(one.mode, pressed);
      modes.append(pressed);
    }
    this.said = made("span", { class: "zoom" });
    const zooms = made("div", { class: "modes", role: "group", "aria-label": "Zoom" },
      button("-", "−", () => this.zoom(1 / STEP), "Smaller"), this.said, button("+", "+", () => this.zoom(STEP), "Larger"),
      button(" ", "Fit", () => this.fit(), "Fit, or pixel by pixel"), button("0", "Reset", () => this.reset(), "As it was at first"));
    this.range = made("input", { type: "range", min: "0", max: "100", step: "1" });
    this.range.addEventListener("input", () => this.slide(Number(this.range.value)));
    this.ranged = made("label", { class: "share" }, made("span", {}, ""), this.range);
    this.stage = made("div", { class: "stage", tabindex: "0", role: "group", "aria-label": "Pictures; arrow keys with Shift move them" });
    this.panes = ["old", "new", "aligned"].filter((side) => this.sides.has(side)).map((side) => this.pane(side));
    this.stage.append(...this.panes);
    this.line = made("div", { class: "line", "aria-hidden": "true" });
    this.stage.append(this.line);
    this.minimap = new Minimap(this.boxes, (share) => this.scrollTo(share));
    const tools = made("div", { class: "tools" }, modes, zooms);
    if (this.boxes.length) tools.append(this.walk());
    if (this.dataset.maskable !== undefined) {
      this.drawing = new Drawing(this.stage, () => this.place);
      const draws = button("m", "Draw a mask", () => draws.setAttribute("aria-pressed", String(this.drawing.toggle())));
      draws.setAttribute("aria-pressed", "false");
      tools.append(draws);
    }
    const sheet = this.panes.find((one) => one.dataset.side === "new")?.firstChild;
    if (sheet && document.getElementById("comments")) {
      const pins = new Pins(sheet, () => this.place);
      if (document.getElementById("comment-form")) tools.append(button("c", "Comment", () => pins.aim(this.stage), "Comment on a point of this run's picture"));
    }
    for (const figure of this.sides.values()) figure.remove();
    this.append(tools, this.ranged, made("div", { class: "board" }, this.stage, this.minimap.element));
    this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.stage.addEventListener("pointerdown", (event) => this.drag(event));
    this.stage.addEventListener("keydown", (event) => this.nudge(event));
  }

  pane(side) {
    const image = this.sides.get(side).querySelector("img");
    const sheet = made("div", { class: "sheet" }, image);
    if (side === "new" && this.sides.has("overlay")) {
      const over = this.sides.get("overlay").querySelector("img");
      over.classList.add("over");
      sheet.append(over);
    }
    const framed = side === "new" || (side === "old" && this.boxes.every((box) => Number.isFinite(box.oldY)));
    if (framed && this.dataset.dominated === undefined) sheet.append(...this.boxes.map((box) => this.frame(box, side === "new" ? box.y : box.oldY)));
    return made("div", { class: "pane", "data-side": side }, sheet, made("span", { class: "side" }, this.sides.get(side).dataset.label));
  }

  frame(box, y) {
    const found = made("button", { type: "button", class: "box", tabindex: "-1", title: box.link.textContent, "aria-hidden": "true", "data-kind": box.link.dataset.kind });
    for (const [name, value] of [["left", box.x], ["top", y], ["width", box.width], ["height", box.height]])
      found.style.setProperty(name, `${value}px`);
    found.addEventListener("click", () => this.show(this.boxes.indexOf(box)));
    return found;
  }

  walk() {
    this.counted = made("span", { class: "zoom" }, this.boxes.length === 1 ? "1 region" : `${this.boxes.length} regions`);
    return made("div", { class: "modes", role: "group", "aria-label": "Regions" },
      button("j", "‹", () => this.step(-1), "Previous region"), this.counted, button("k", "›", () => this.step(1), "Next region"),
      button("h", "Flash", () => this.flash(), "Flash what differs"));
  }

  turn(mode, saves = true) {
    const room = this.place && this.room, picture = this.place && this.picture;
    this.dataset.mode = this.mode = mode;
    for (const [name, pressed] of this.modes) pressed.setAttribute("aria-pressed", String(name === mode));
    const { range, name } = this.ways.find((one) => one.mode === mode);
    this.ranged.hidden = !range;
    this.ranged.firstChild.textContent = name;
    this.unit = range;
    if (range) this.slide(mode === "overlay" ? 100 : 50);
    clearInterval(this.blinking);
    if (mode === "blink") this.blinking = setInterval(() => this.stage.classList.toggle("blinked"), BLINK_MS);
    if (this.place) this.move(rehung(this.place, [picture, room], [this.picture, this.room]), saves);
  }

  slide(share) {
    this.range.value = String(share);
    this.range.setAttribute("aria-valuetext", `${share} ${this.unit}`);
    this.stage.style.setProperty("--share", `${share / 100}`);
  }

  /** The space that one picture has. */
  get room() {
    const pane = this.panes.find((one) => one.offsetParent !== null) ?? this.stage;
    return { width: pane.clientWidth, height: pane.clientHeight };
  }

  get picture() {
    const wanted = this.mode === "aligned" ? ["aligned"] : ["old", "new"];
    const images = this.panes.filter((one) => wanted.includes(one.dataset.side)).map((one) => one.querySelector("img"));
    return {
      width: Math.max(1, ...images.map((one) => one.naturalWidth)),
      height: Math.max(1, ...images.map((one) => one.naturalHeight)),
    };
  }

  settle(asked) {
    const whole = this.picture.height * Math.min(this.stage.clientWidth / this.picture.width, 1);
    this.stage.style.setProperty("--whole", `${Math.ceil(whole)}px`); // no taller than the picture needs
    this.minimap.measure(this.picture, this.room);
    const [zoom, x, y] = ["z", "x", "y"].map((name) => Number.parseFloat(asked.get(name)));
    if ([zoom, x, y].every(Number.isFinite) && zoom > 0) this.move({ zoom, x, y }, false);
    else if (this.region >= 0) this.show(this.region, false);
    else this.reset(false);
    this.dataset.ready = "";
  }

  /** As wide as there is room; where the first change is below the edge, down to it. */
  reset(saves = true) {
    const place = fitted(this.picture, this.room);
    const first = this.boxes.toSorted((one, other) => one.y - other.y)[0];
    if (first && this.mode !== "aligned" && (first.y + first.height) * place.zoom > this.room.height)
      place.y = this.room.height / 3 - first.y * place.zoom;
    this.move(filled(place, this.picture, this.room), saves);
  }

  fit() {
    const whole = fitted(this.picture, this.room);
    const isWhole = Math.abs(this.place.zoom - whole.zoom) < 0.001;
    this.move(isWhole ? actual(this.picture, this.room) : whole);
  }

  zoom(factor, x = this.room.width / 2, y = this.room.height / 2) {
    this.move(zoomed(this.place, factor, x, y));
  }

  move(place, saves = true) {
    this.place = kept({ ...place, zoom: clamp(place.zoom, 0.1, 96) }, this.picture, this.room);
    const { zoom, x, y } = this.place;
    for (const pane of this.panes) pane.firstChild.style.setProperty("transform", `translate(${x}px, ${y}px) scale(${zoom})`);
    this.stage.style.setProperty("--thin", `${1 / zoom}`);
    this.stage.classList.toggle("pixels", zoom >= 2);
    this.said.textContent = `${Math.round(zoom * 100)} %`;
    this.minimap.follow(this.place, this.picture, this.room);
    if (saves) this.save();
  }

  save() {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => {
      const address = new URL(location.href);
      const { zoom, x, y } = this.place;
      const said = { mode: this.mode, z: zoom.toFixed(3), x: Math.round(x), y: Math.round(y), region: this.region >= 0 ? this.region + 1 : null };
      for (const [name, value] of Object.entries(said))
        value === null ? address.searchParams.delete(name) : address.searchParams.set(name, value);
      history.replaceState(history.state, "", address);
    }, 150);
  }

  scrollTo(share) {
    this.move({ ...this.place, y: this.room.height / 2 - share * this.picture.height * this.place.zoom });
  }

  step(by) {
    this.show(this.region < 0 && by < 0 ? this.boxes.length - 1 : (this.region + by + this.boxes.length) % this.boxes.length);
  }

  show(index, saves = true) {
    const box = this.boxes[index];
    if (!box) return;
    this.region = index;
    this.boxes.forEach((one, at) => (at === index ? one.link.setAttribute("aria-current", "true") : one.link.removeAttribute("aria-current")));
    this.stage.querySelectorAll(".box").forEach((one, at) => one.classList.toggle("chosen", at % this.boxes.length === index));
    this.counted.textContent = `${index + 1} of ${this.boxes.length}`;
    box.link.scrollIntoView({ block: "nearest" });
    const near = centred(this.place ?? fitted(this.picture, this.room), box, this.picture, this.room);
    this.move(filled(near, this.picture, this.room), saves);
  }

  flash() {
    this.stage.classList.remove("flashed");
    void this.stage.offsetWidth; // so that it begins again
    this.stage.classList.add("flashed");
    setTimeout(() => this.stage.classList.remove("flashed"), FLASH_MS);
  }

  wheel(event) {
    if (!this.place) return;
    event.preventDefault();
    if (event.shiftKey) {
      this.move({ ...this.place, x: this.place.x - event.deltaX, y: this.place.y - (event.deltaX ? 0 : event.deltaY) });
      return;
    }
    const at = this.point(event);
    this.zoom(2 ** clamp(-event.deltaY / 300, -1, 1), at.x, at.y);
  }

  point(event) {
    const pane = event.target.closest(".pane") ?? this.stage;
    const edge = pane.getBoundingClientRect();
    return { x: event.clientX - edge.left, y: event.clientY - edge.top };
  }

  drag(event) {
    if (event.button !== 0 || !this.place || this.drawing?.isOn || event.target.closest(".box, .pin")) return;
    event.preventDefault();
    this.stage.focus({ preventScroll: true });
    this.stage.setPointerCapture(event.pointerId);
    const from = { x: event.clientX - this.place.x, y: event.clientY - this.place.y };
    const moved = (next) => this.move({ zoom: this.place.zoom, x: next.clientX - from.x, y: next.clientY - from.y });
    this.stage.addEventListener("pointermove", moved);
    for (const end of ["pointerup", "pointercancel"])
      this.stage.addEventListener(end, () => this.stage.removeEventListener("pointermove", moved), { once: true });
  }

  nudge(event) {
    const way = { ArrowUp: [0, 60], ArrowDown: [0, -60], ArrowLeft: [60, 0], ArrowRight: [-60, 0] }[event.key];
    if (!way || !event.shiftKey) return;
    event.preventDefault();
    this.move({ ...this.place, x: this.place.x + way[0], y: this.place.y + way[1] });
  }
}

customElements.define("ip-diff", Diff);
