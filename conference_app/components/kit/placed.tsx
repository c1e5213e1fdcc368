// Something that lies over a page, where it covers nothing that can be pressed.

import * as React from "react";
import { useLayoutEffect, useRef, useState } from "react";
import { coveredBy, freePlace, type Side } from "./free_place";

const CONTROLS = "a[href], button, input, select, textarea, summary, [role=button], [role=slider]";

/** What of the page can be pressed or filled in now, except inside `box`. */
function controlsBeside(box: HTMLElement): DOMRect[] {
  const shown = [...document.querySelectorAll<HTMLElement>(CONTROLS)].filter((one) => !box.contains(one) && one.checkVisibility());
  return shown.map((one) => one.getBoundingClientRect());
}

type PlacedProps = { side: Side; className: string; children?: React.ReactNode } & React.HTMLAttributes<HTMLDivElement>;

/** A box over the page, looked a place for when it appears, and anew when page or window change below it. */
export function Placed({ side, className, children, ...rest }: PlacedProps) {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);
  useLayoutEffect(() => {
    let frame = 0;
    let isPlaced = false;
    const find = () => {
      if (!box.current) return;
      const controls = controlsBeside(box.current);
      const { offsetWidth: width, offsetHeight: height } = box.current;
      const { clientWidth, clientHeight } = document.documentElement;
      // What is free stays where eyes have found it.
      if (isPlaced && coveredBy(box.current.getBoundingClientRect(), controls) === 0) return;
      isPlaced = true;
      setPlace(freePlace({ width: clientWidth, height: clientHeight }, { width, height }, controls, side));
    };
    const findSoon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(find);
    };
    find();
    const changes = new MutationObserver(findSoon);
    changes.observe(document.body, { childList: true, subtree: true });
    window.addEventListener("resize", findSoon);
    return () => {
      cancelAnimationFrame(frame);
      changes.disconnect();
      window.removeEventListener("resize", findSoon);
    };
  }, [side]);
  return (
    <div ref={box} {...rest} className={`fixed z-50 ${className}`} style={place ?? { left: 0, top: 0, visibility: "hidden" }}>
      {children}
    </div>
  );
}
