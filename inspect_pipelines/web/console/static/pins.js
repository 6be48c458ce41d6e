// Comments on points of this run's picture: a pin for each of the list, and a click that says where the next one goes.
// Without scripts the list says where each stands, and the form has two numbers.
export class Pins {
  /** @param sheet of this run's picture, which moves with it @param place says where it stands now */
  constructor(sheet, place) {
    this.sheet = sheet;
    this.place = place;
    this.isOn = false;
    for (const item of document.querySelectorAll("#comments [data-pin]")) {
      const [x, y] = item.dataset.pin.split(",").map(Number);
      sheet.append(this.pin(x, y, item));
    }
  }

  pin(x, y, item) {
    const found = document.createElement("button");
    Object.assign(found, { type: "button", className: "pin", tabIndex: -1, textContent: item.dataset.number, title: item.dataset.says });
    found.setAttribute("aria-hidden", "true"); // the list says the same
    found.style.setProperty("left", `${x}px`);
    found.style.setProperty("top", `${y}px`);
    found.addEventListener("click", () => item.scrollIntoView({ block: "nearest" }));
    return found;
  }

  /** The middle of what is in sight, until a click on the picture says where the comment goes. */
  aim(stage) {
    const pane = stage.querySelector(".pane[data-side=new]");
    stage.classList.add("draws");
    const { zoom, x, y } = this.place();
    this.fill((pane.clientWidth / 2 - x) / zoom, (pane.clientHeight / 2 - y) / zoom);
    const at = (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      event.stopPropagation();
      const edge = pane.getBoundingClientRect();
      const { zoom, x, y } = this.place();
      this.fill((event.clientX - edge.left - x) / zoom, (event.clientY - edge.top - y) / zoom);
      stage.classList.remove("draws");
    };
    stage.addEventListener("pointerdown", at, { capture: true, once: true });
  }

  fill(x, y) {
    const form = document.querySelector("#comment-form");
    form.closest("details").open = true;
    for (const [name, px] of [["x", x], ["y", y]]) {
      const field = form.elements[name];
      field.value = String(Math.min(Math.max(0, Math.round(px)), Number(field.max)));
    }
    form.elements.text.focus();
  }
}
