// Where a picture stands on its stage: `zoom` in screen pixels per pixel of the picture, `x` and `y` of its corner.
export const LEAST = 0.1, MOST = 96;
const NEARLY = 1.25; // times as wide as the stage is not worth cutting a side off
const KEPT = 64; // px of the picture that always stay in sight

export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** The same picture larger or smaller, with the point at (x, y) of the stage where it is. */
export function zoomed(place, factor, x, y) {
  const zoom = clamp(place.zoom * factor, LEAST, MOST);
  const by = zoom / place.zoom;
  return { zoom, x: x - (x - place.x) * by, y: y - (y - place.y) * by };
}

/** As wide as the stage, never larger than the picture is; from the top. */
export function fitted(picture, stage) {
  const zoom = clamp(Math.min(stage.width / picture.width, 1), LEAST, MOST);
  return { zoom, x: Math.max((stage.width - picture.width * zoom) / 2, 0), y: 0 };
}

/** One pixel of the picture is one of the screen. */
export function actual(picture, stage) {
  return { zoom: 1, x: Math.max((stage.width - picture.width) / 2, 0), y: 0 };
}

/** With a box of the picture in the middle, and larger only where it would be a speck: never smaller than as wide as the stage. */
export function centred(place, box, picture, stage) {
  const whole = fitted(picture, stage).zoom;
  const room = Math.min(stage.width / box.width, stage.height / box.height) * 0.6;
  const near = Math.min(Math.max(place.zoom, Math.min(room, 1)), Math.max(room, LEAST));
  const zoom = clamp(near < NEARLY * whole ? whole : near, LEAST, MOST);
  const middle = box.y + Math.min(box.height, stage.height / zoom) / 2; // of a taller one, from its top
  return {
    zoom,
    x: stage.width / 2 - (box.x + box.width / 2) * zoom,
    y: stage.height / 2 - middle * zoom,
  };
}

/** Without a margin that the picture could fill. */
export function filled(place, picture, stage) {
  const width = picture.width * place.zoom, height = picture.height * place.zoom;
  return {
    zoom: place.zoom,
    x: width > stage.width ? clamp(place.x, stage.width - width, 0) : (stage.width - width) / 2,
    y: height > stage.height ? clamp(place.y, stage.height - height, 0) : 0,
  };
}

/** Not so far away that nothing of it is seen. */
export function kept(place, picture, stage) {
  return {
    zoom: place.zoom,
    x: clamp(place.x, KEPT - picture.width * place.zoom, stage.width - KEPT),
    y: clamp(place.y, KEPT - picture.height * place.zoom, stage.height - KEPT),
  };
}

/** The same part of a picture where the room for it became another: what was as wide as the room is so again. */
export function rehung(place, [picture, stage], [nextPicture, next]) {
  if (stage.width === next.width && picture.width === nextPicture.width) return place;
  const was = fitted(picture, stage).zoom, whole = fitted(nextPicture, next).zoom;
  const by = Math.abs(place.zoom - was) < 0.001 ? whole / place.zoom : 1;
  const top = (place.y - stage.height / 2) * by + next.height / 2;
  const left = (place.x - stage.width / 2) * by + next.width / 2;
  return filled({ zoom: place.zoom * by, x: left, y: place.y === 0 ? 0 : top }, nextPicture, next);
}
