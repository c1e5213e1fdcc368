import { expect, test } from "bun:test";

import { freePlace, type Rect } from "../../../conference_app/components/kit/free_place";

const VIEW = { width: 1280, height: 800 };
const SIZE = { width: 384, height: 80 };
const control = (left: number, top: number, width: number, height: number): Rect => ({ left, top, width, height });

test("the corner where it is free", () => {
  expect(freePlace(VIEW, SIZE, [], "bottom")).toEqual({ left: 880, top: 704 });
  expect(freePlace(VIEW, SIZE, [], "top")).toEqual({ left: 880, top: 16 });
});

test("the other corner where a button stands in the first", () => {
  expect(freePlace(VIEW, SIZE, [control(1100, 740, 120, 48)], "bottom")).toEqual({ left: 16, top: 704 });
});

test("above a bar that takes the whole edge", () => {
  const { top } = freePlace(VIEW, SIZE, [control(0, 740, 1280, 60)], "bottom");
  expect(top + SIZE.height).toBeLessThanOrEqual(740);
});

test("where everything is taken, what covers least", () => {
  const [all, small] = [control(0, 0, 1280, 800), control(0, 400, 1280, 400)];
  expect(freePlace(VIEW, SIZE, [all, small], "bottom").top).toBeLessThanOrEqual(400 - SIZE.height);
});

test("a window that is smaller than what is shown", () => {
  expect(freePlace({ width: 320, height: 60 }, SIZE, [], "bottom")).toEqual({ left: 16, top: 16 });
});
