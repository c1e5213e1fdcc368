/** How the tiles are laid out: all alike, or whoever speaks large. */
export type View = "grid" | "speaker";
