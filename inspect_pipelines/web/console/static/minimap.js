// Beside a page of more than three screens: where on it something differs, and which part is in sight.
const SCREENS = 3;

export class Minimap {
  /** @param boxes regions in pixels of the picture; @param jump told a share of its height */
  constructor(boxes, jump) {
    this.boxes = boxes;
    this.element = document.createElement("div");
    this.element.className = "minimap";
    this.element.hidden = true;
    this.element.setAttribute("aria-hidden", "true"); // the list of regions says the same
    this.sight = document.createElement("div");
    this.sight.className = "sight";
    this.element.addEventListener("click", (event) => {
      const edge = this.element.getBoundingClientRect();
      jump((event.clientY - edge.top) / edge.height);
    });
  }

  measure(picture, room) {
    const zoom = Math.min(room.width / picture.width, 1);
    this.element.hidden = picture.height * zoom <= SCREENS * room.height;
    this.element.replaceChildren(this.sight, ...this.boxes.map((box) => {
      const mark = document.createElement("i");
      mark.style.setProperty("top", `${(box.y / picture.height) * 100}%`);
      mark.style.setProperty("height", `${(box.height / picture.height) * 100}%`);
      return mark;
    }));
  }

  follow(place, picture, room) {
    const whole = picture.height * place.zoom;
    const top = Math.max(0, -place.y), bottom = Math.min(whole, room.height - place.y);
    this.sight.style.setProperty("top", `${(top / whole) * 100}%`);
    this.sight.style.setProperty("height", `${(Math.max(0, bottom - top) / whole) * 100}%`);
  }
}
