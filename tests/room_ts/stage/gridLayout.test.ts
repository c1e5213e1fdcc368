import { describe, expect, test } from "bun:test";

import { fitWide, focusLayout } from "../../../conference_app/room/stage/focusLayout";
import { carriedOver, gridLayout, inSight, pageOf, WIDE } from "../../../conference_app/room/stage/gridLayout";

const GAP = 12;

describe("gridLayout", () => {
  test("one tile is as large as the space allows", () => {
    expect(gridLayout(1, { width: 1600, height: 900, gap: GAP })).toEqual({ columns: 1, rows: 1, tileWidth: 1600, tileHeight: 900 });
    expect(gridLayout(1, { width: 1600, height: 600, gap: GAP }).tileHeight).toBe(600);
  });

  test("two stand side by side on a wide stage and one above the other on a tall one", () => {
    expect(gridLayout(2, { width: 1256, height: 672, gap: GAP }).columns).toBe(2);
    expect(gridLayout(2, { width: 390, height: 700, gap: 8 }).columns).toBe(1);
  });

  test("every tile fits, keeps 16:9, and no other number of columns shows larger ones", () => {
    for (const [width, height] of [[1256, 672], [374, 680], [900, 900], [2000, 500], [320, 240]]) {
      for (let count = 1; count <= 25; count++) {
        const grid = gridLayout(count, { width, height, gap: GAP });
        expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(count);
        expect(grid.columns * grid.tileWidth + (grid.columns - 1) * GAP).toBeLessThanOrEqual(width);
        expect(grid.rows * grid.tileHeight + (grid.rows - 1) * GAP).toBeLessThanOrEqual(height);
        expect(Math.abs(grid.tileWidth - grid.tileHeight * WIDE)).toBeLessThan(3);
        for (let columns = 1; columns <= count; columns++) {
          const rows = Math.ceil(count / columns);
          const [cellWidth, cellHeight] = [(width - GAP * (columns - 1)) / columns, (height - GAP * (rows - 1)) / rows];
          if (cellWidth <= 0 || cellHeight <= 0) continue;
          expect(fitWide(cellWidth, cellHeight).width).toBeLessThanOrEqual(grid.tileWidth + 2);
        }
      }
    }
  });

  test("a phone's tiles may be narrower, down to the shape that is allowed", () => {
    const grid = gridLayout(6, { width: 366, height: 700, gap: 8, aspect: [3 / 4, WIDE] });
    expect(grid.columns).toBe(2);
    expect(grid.tileWidth / grid.tileHeight).toBeGreaterThanOrEqual(0.74);
    expect(grid.tileHeight).toBeGreaterThan(gridLayout(6, { width: 366, height: 700, gap: 8 }).tileHeight);
  });

  test("nothing to show, or no room to show it in", () => {
    const nothing = { columns: 0, rows: 0, tileWidth: 0, tileHeight: 0 };
    expect(gridLayout(0, { width: 100, height: 100, gap: GAP })).toEqual(nothing);
    expect(gridLayout(3, { width: 0, height: 0, gap: GAP })).toEqual(nothing);
  });
});

test("pages hold all and a page that is gone becomes the last one", () => {
  const people = Array.from({ length: 30 }, (_, index) => index);
  expect(pageOf(people, 25, 0).shown).toHaveLength(25);
  expect(pageOf(people, 25, 7)).toEqual({ shown: [25, 26, 27, 28, 29], page: 1, pages: 2 });
  expect(pageOf([], 25, 3)).toEqual({ shown: [], page: 0, pages: 1 });
});

test("who speaks on a later page takes the place of who was silent longest", () => {
  const spoke: Record<string, number> = { a: Infinity, b: 50, c: 10, d: 0, e: Infinity };
  expect(inSight(["a", "b", "c", "d", "e"], 3, (key) => spoke[key])).toEqual(["a", "b", "e", "d", "c"]);
  const all = (): number => Infinity;
  expect(inSight(["a", "b", "c"], 2, all)).toEqual(["a", "b", "c"]);
});

test("the order of before is kept, newcomers stand at the end", () => {
  expect(carriedOver(["c", "a", "b"], ["a", "b", "d", "c"])).toEqual(["c", "a", "b", "d"]);
  expect(carriedOver(["c", "a"], ["a"])).toEqual(["a"]);
});

describe("focusLayout", () => {
  test("the strip and the self view stand beside the large tile where the stage is wide", () => {
    const layout = focusLayout(3, true, { width: 1256, height: 672 }, GAP);
    expect(layout.strip).toBe("right");
    expect(layout.focus.width + GAP + layout.tile.width).toBeLessThanOrEqual(1256);
    expect((layout.stripSpace.height ?? 0) + GAP + layout.self.height).toBeLessThanOrEqual(672);
  });

  test("a phone has the strip below, and a face may fill it better than 16:9", () => {
    const space = { width: 366, height: 680 };
    const screen = focusLayout(3, true, space, GAP);
    expect(screen.strip).toBe("below");
    expect(Math.abs(screen.focus.width / screen.focus.height - WIDE)).toBeLessThan(0.02);
    const face = focusLayout(3, true, space, GAP, 3 / 4);
    expect(face.focus.height).toBeGreaterThan(2 * screen.focus.height);
    expect(face.focus.height + GAP + face.tile.height).toBeLessThanOrEqual(680);
  });
});
