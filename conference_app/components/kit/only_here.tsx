// The server's state outlives a move from one page to the next; what it shows then belongs to the page before.

import * as React from "react";

type Props = { at: string; waiting: React.ReactNode; children?: React.ReactNode };

const bare = (path: string) => path.replace(/\/+$/, "");

/** Its children, if they were made for the address the browser is at; until then what stands for waiting. */
export function OnlyHere({ at, waiting, children }: Props) {
  const isHere = at !== "" && typeof window !== "undefined" && bare(at) === bare(window.location.pathname);
  return <>{isHere ? children : waiting}</>;
}
