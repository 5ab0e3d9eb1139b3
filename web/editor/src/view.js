// What part of a picture is seen, and which box lies beside which. Nothing here touches the browser.
//
// A view is the part that is seen, in units of the picture: {x, y, width, height}. Its form is that of the frame, so that
// the picture is never stretched. `picture` and `frame` are {width, height}, the frame in CSS pixels.

/** As large as a unit of the picture gets, in CSS pixels. */
const LARGEST = 4;

/** The view that shows all, in the middle. */
export function fitted(picture, frame) {
  // A small picture is not blown up.
  const unit = Math.max(picture.width / frame.width, picture.height / frame.height, 1);
  const [width, height] = [frame.width * unit, frame.height * unit];
  return { x: (picture.width - width) / 2, y: (picture.height - height) / 2, width, height };
}

/** `view` with everything `factor` times as large; what is at the point `at` of the picture stays where it is seen. */
export function zoomed(view, factor, at, picture, frame) {
  const whole = fitted(picture, frame);
  const width = Math.min(Math.max(view.width / factor, frame.width / LARGEST), whole.width);
  if (width >= whole.width) return whole;
  const by = width / view.width;
  return kept(
    { x: at.x - (at.x - view.x) * by, y: at.y - (at.y - view.y) * by, width, height: view.height * by },
    picture,
  );
}

/** `view` moved so that the picture follows a finger by dx and dy CSS pixels. */
export function moved(view, dx, dy, picture, frame) {
  const unit = view.width / frame.width;
  return kept({ ...view, x: view.x - dx * unit, y: view.y - dy * unit }, picture);
}

/** `view` moved as little as shows `rect`, with some room around it. */
export function revealed(view, rect, picture) {
  const room = 16;
  const along = (start, length, from, size) => {
    if (from - room < start || size + 2 * room > length) return from - room;
    return Math.max(start, from + size + room - length);
  };
  const x = along(view.x, view.width, rect.x, rect.width);
  const y = along(view.y, view.height, rect.y, rect.height);
  return kept({ ...view, x, y }, picture);
}

/** `view` of another frame: the same middle in the same size, or all if all was seen. */
export function reframed(view, wasFitted, picture, before, frame) {
  if (wasFitted) return fitted(picture, frame);
  const unit = view.width / before.width;
  const middle = { x: view.x + view.width / 2, y: view.y + view.height / 2 };
  const [width, height] = [frame.width * unit, frame.height * unit];
  const other = { x: middle.x - width / 2, y: middle.y - height / 2, width, height };
  return zoomed(other, 1, middle, picture, frame);
}

/** The picture does not leave its frame: where it is smaller it is in the middle, else no edge is drawn inwards. */
function kept(view, picture) {
  const along = (start, length, size) =>
    length >= size ? (size - length) / 2 : Math.min(Math.max(start, 0), size - length);
  return {
    ...view,
    x: along(view.x, view.width, picture.width),
    y: along(view.y, view.height, picture.height),
  };
}

const DIRECTIONS = { ArrowLeft: ["x", -1], ArrowRight: ["x", 1], ArrowUp: ["y", -1], ArrowDown: ["y", 1] };

/** Whether it is a key that walks in a direction. */
export const isArrow = (key) => key in DIRECTIONS;

/**
 * The position of the box that lies nearest in the direction of an arrow key, or nothing.
 * @param {{x: number, y: number, width: number, height: number}[]} rects where each is seen
 */
export function nearest(rects, from, key) {
  const [main, sign] = DIRECTIONS[key];
  const size = { x: "width", y: "height" };
  const across = main === "x" ? "y" : "x";
  const middle = (rect, axis) => rect[axis] + rect[size[axis]] / 2;
  const own = rects[from];
  let best;
  rects.forEach((rect, at) => {
    const ahead = (middle(rect, main) - middle(own, main)) * sign;
    if (at === from || ahead < 1) return;
    // Straight ahead is nearer than aside, however far.
    const gap = Math.max(
      0,
      rect[across] - own[across] - own[size[across]],
      own[across] - rect[across] - rect[size[across]],
    );
    const aside = Math.abs(middle(rect, across) - middle(own, across));
    const distance = ahead + 4 * gap + aside / 4;
    if (!best || distance < best.distance) best = { at, distance };
  });
  return best?.at;
}
