// What part of a picture is seen, and which box lies beside which: arithmetic, without a browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, moved, nearest, reframed, revealed, zoomed } from "../../web/editor/src/view.js";

const picture = { width: 1200, height: 600 };
const phone = { width: 300, height: 300 };

const middle = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });

test("all is seen at first, in the middle, and a small picture is not blown up", () => {
  assert.deepEqual(fitted(picture, phone), { x: 0, y: -300, width: 1200, height: 1200 });
  assert.deepEqual(fitted({ width: 100, height: 50 }, phone), { x: -100, y: -125, width: 300, height: 300 });
});

test("what is pointed at stays where it is seen", () => {
  const whole = fitted(picture, phone);
  const at = { x: 900, y: 200 };
  const seen = (view) => (at.x - view.x) / view.width;
  const near = zoomed(whole, 4, at, picture, phone);
  const nearer = zoomed(near, 1.5, at, picture, phone);
  assert.ok(Math.abs(seen(nearer) - 0.75) < 1e-9 && Math.abs(seen(near) - 0.75) < 1e-9);
  assert.equal(nearer.width, 200);
  assert.equal(nearer.width / nearer.height, phone.width / phone.height);
});

test("zooming ends where all is seen, and where a unit is four pixels", () => {
  const whole = fitted(picture, phone);
  const at = middle(whole);
  let view = whole;
  for (let step = 0; step < 20; step += 1) view = zoomed(view, 2, at, picture, phone);
  assert.equal(view.width, 75);
  for (let step = 0; step < 20; step += 1) view = zoomed(view, 0.5, at, picture, phone);
  assert.deepEqual(view, whole);
});

test("the picture follows a finger but does not leave the frame", () => {
  const view = zoomed(fitted(picture, phone), 4, { x: 600, y: 300 }, picture, phone);
  assert.deepEqual(middle(moved(view, -30, 0, picture, phone)), { x: 630, y: 300 });
  const far = moved(view, -9999, 9999, picture, phone);
  assert.deepEqual([far.x + far.width, far.y], [1200, 0]);
  const whole = fitted(picture, phone);
  assert.deepEqual(moved(whole, 50, 50, picture, phone), whole, "there is nothing to move");
});

test("a box is brought into view by as little as it takes", () => {
  const view = { x: 0, y: 0, width: 300, height: 300 };
  const seen = { x: 100, y: 100, width: 50, height: 50 };
  assert.deepEqual(revealed(view, seen, picture), view);
  assert.deepEqual(revealed(view, { ...seen, x: 400 }, picture), { ...view, x: 166 });
  assert.deepEqual(revealed({ ...view, x: 500 }, seen, picture), { ...view, x: 84 });
});

test("another frame shows the same middle in the same size", () => {
  const whole = fitted(picture, phone);
  const wide = { width: 600, height: 400 };
  assert.deepEqual(reframed(whole, true, picture, phone, wide), fitted(picture, wide));
  const near = zoomed(whole, 8, { x: 700, y: 300 }, picture, phone);
  const other = reframed(near, false, picture, phone, wide);
  assert.deepEqual(middle(other), middle(near));
  assert.equal(other.width / wide.width, near.width / phone.width);
});

test("arrows walk to the nearest box in their direction, straight ahead before aside", () => {
  const box = (x, y) => ({ x, y, width: 100, height: 40 });
  //  0   1   2
  //    3     4
  const rects = [box(0, 0), box(200, 0), box(400, 0), box(90, 100), box(400, 100)];
  const walk = (from, key) => nearest(rects, from, key);
  assert.deepEqual(
    [walk(0, "ArrowRight"), walk(1, "ArrowRight"), walk(2, "ArrowLeft"), walk(2, "ArrowDown"), walk(4, "ArrowUp")],
    [1, 2, 1, 4, 2],
  );
  assert.equal(walk(0, "ArrowDown"), 3);
  assert.deepEqual([walk(0, "ArrowLeft"), walk(0, "ArrowUp"), walk(2, "ArrowRight")], [undefined, undefined, undefined]);
  for (let from = 0; from < rects.length; from += 1) {
    const seen = new Set([from]);
    const queue = [from];
    while (queue.length > 0) {
      const at = queue.pop();
      for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
        const to = walk(at, key);
        if (to !== undefined && !seen.has(to)) queue.push(to);
        if (to !== undefined) seen.add(to);
      }
    }
    assert.equal(seen.size, rects.length, `every box is reached from ${from}`);
  }
});
