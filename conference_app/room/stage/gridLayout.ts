/** Where tiles go: the arrangement that shows `count` equal tiles as large as the space allows. */

export interface Grid {
  columns: number;
  rows: number;
  tileWidth: number;
  tileHeight: number;
}

export interface GridSpace {
  width: number;
  height: number;
  /** Pixels between tiles. */
  gap: number;
  /** Narrowest and widest shape of a tile, as width divided by height. */
  aspect?: [number, number];
}

export const WIDE = 16 / 9;
export const TILES_A_PAGE = 25;
export const TILES_A_PHONE_PAGE = 8;

function tileSize(cellWidth: number, cellHeight: number, [narrow, wide]: [number, number]): [number, number] {
  const shape = cellWidth / cellHeight;
  if (shape > wide) return [cellHeight * wide, cellHeight];
  if (shape < narrow) return [cellWidth, cellWidth / narrow];
  return [cellWidth, cellHeight];
}

/** The best grid; all zero when there is nothing to show or no room to show it in. */
export function gridLayout(count: number, space: GridSpace): Grid {
  let best: Grid = { columns: 0, rows: 0, tileWidth: 0, tileHeight: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    // A grid that could lose a column without gaining a row only leaves holes.
    if (columns > 1 && Math.ceil(count / (columns - 1)) === rows) continue;
    const cellWidth = (space.width - space.gap * (columns - 1)) / columns;
    const cellHeight = (space.height - space.gap * (rows - 1)) / rows;
    if (cellWidth <= 0 || cellHeight <= 0) continue;
    const [tileWidth, tileHeight] = tileSize(cellWidth, cellHeight, space.aspect ?? [WIDE, WIDE]);
    if (tileWidth * tileHeight > best.tileWidth * best.tileHeight) best = { columns, rows, tileWidth, tileHeight };
  }
  return { ...best, tileWidth: Math.floor(best.tileWidth), tileHeight: Math.floor(best.tileHeight) };
}

/** Which page of `size` tiles each page shows: always at least one page, `page` brought into range. */
export function pageOf<T>(items: T[], size: number, page: number): { shown: T[]; page: number; pages: number } {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const inRange = Math.min(Math.max(0, page), pages - 1);
  return { shown: items.slice(inRange * size, (inRange + 1) * size), page: inRange, pages };
}

/**
 * `order` with those who speak moved onto the first page of `size`, each in the place of who has been silent longest.
 *
 * `lastSpoke` gives milliseconds since 1970: Infinity for now, 0 for never. Nobody else moves, so that eyes find people
 * where they were.
 */
export function inSight(order: string[], size: number, lastSpoke: (key: string) => number): string[] {
  const result = [...order];
  for (let from = size; from < result.length; from++) {
    if (lastSpoke(result[from]) !== Infinity) continue;
    let silent = 0;
    for (let at = 1; at < size; at++) if (lastSpoke(result[at]) < lastSpoke(result[silent])) silent = at;
    if (lastSpoke(result[silent]) === Infinity) break;
    [result[silent], result[from]] = [result[from], result[silent]];
  }
  return result;
}

/** The keys of `before` that are still `present`, in their order, then the new ones. */
export function carriedOver(before: string[], present: string[]): string[] {
  const here = new Set(present);
  const known = new Set(before);
  return [...before.filter((key) => here.has(key)), ...present.filter((key) => !known.has(key))];
}
