// Drawing a mask: a box round something on this run's picture, by the pointer or by arrow keys and Enter. The server
// knows what stands there and answers with the lines for the playbook.
const STEP = 10, FIRST = 80; // px of the stage
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Drawing {
  /** @param stage what is drawn on @param place says where the picture stands now */
  constructor(stage, place) {
    this.stage = stage;
    this.place = place;
    this.isOn = false;
    this.box = document.createElement("div");
    this.box.className = "drawn-box";
    stage.addEventListener("pointerdown", (event) => this.begin(event));
    stage.addEventListener("keydown", (event) => this.key(event));
  }

  toggle() {
    this.isOn = !this.isOn;
    this.stage.classList.toggle("draws", this.isOn);
    if (!this.isOn) this.box.remove();
    else {
      this.pane = this.stage.querySelector(".pane[data-side=new]");
      this.set(this.pane.clientWidth / 2 - FIRST / 2, this.pane.clientHeight / 2 - FIRST / 2, FIRST, FIRST);
      this.stage.focus();
    }
    return this.isOn;
  }

  set(x, y, width, height) {
    this.at = { x, y, width: Math.max(width, 1), height: Math.max(height, 1) };
    this.pane.append(this.box);
    for (const [name, value] of [["left", x], ["top", y], ["width", this.at.width], ["height", this.at.height]])
      this.box.style.setProperty(name, `${value}px`);
  }

  begin(event) {
    if (!this.isOn || event.button !== 0) return;
    event.preventDefault();
    const edge = this.pane.getBoundingClientRect();
    const from = { x: event.clientX - edge.left, y: event.clientY - edge.top };
    this.stage.setPointerCapture(event.pointerId);
    const moved = (next) => {
      const x = next.clientX - edge.left, y = next.clientY - edge.top;
      this.set(Math.min(x, from.x), Math.min(y, from.y), Math.abs(x - from.x), Math.abs(y - from.y));
    };
    this.stage.addEventListener("pointermove", moved);
    this.stage.addEventListener("pointerup", () => {
      this.stage.removeEventListener("pointermove", moved);
      this.done();
    }, { once: true });
  }

  key(event) {
    if (!this.isOn) return;
    const way = WAYS[event.key];
    if (event.key === "Enter") this.done();
    else if (way && event.shiftKey) this.set(this.at.x, this.at.y, this.at.width + way[0] * STEP, this.at.height + way[1] * STEP);
    else if (way) this.set(this.at.x + way[0] * STEP, this.at.y + way[1] * STEP, this.at.width, this.at.height);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The box in pixels of the picture, told to whoever asks the server. */
  done() {
    const { zoom, x, y } = this.place();
    const numbers = [(this.at.x - x) / zoom, (this.at.y - y) / zoom, this.at.width / zoom, this.at.height / zoom];
    const mask = numbers.map((one) => Math.max(0, Math.round(one))).join(",");
    this.stage.dispatchEvent(new CustomEvent("mask", { bubbles: true, detail: mask }));
  }
}
