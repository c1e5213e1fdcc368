// A row of links that is wider than a phone: it begins where the current one can be seen.

import * as React from "react";
import { useEffect, useRef } from "react";

type Props = { label: string; className: string; children?: React.ReactNode };

/** A <nav> that scrolls sideways, so far that the link marked as current stands in its middle. */
export function LinkRow({ label, className, children }: Props) {
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    const current = row.current?.querySelector("[aria-current=page]");
    if (!row.current || !current) return;
    const [outer, inner] = [row.current.getBoundingClientRect(), current.getBoundingClientRect()];
    row.current.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
  }, []);
  return (
    <nav ref={row} aria-label={label} className={className}>
      {children}
    </nav>
  );
}
