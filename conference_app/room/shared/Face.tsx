/** A participant's photo in a circle; their initials where there is none or it cannot be had. */
import type { Participant } from "livekit-client";
import { useState } from "react";

import { useNameOf } from "./NamesProvider";
import { backgroundOf, initials, photoOf } from "./people";

/** `size` in pixels. The name stands beside it, so it says nothing to screen readers. */
export function Face({ participant, size }: { participant: Participant; size: number }) {
  const nameOf = useNameOf();
  const photo = photoOf(participant);
  const [failed, setFailed] = useState("");
  if (photo && photo !== failed) {
    return (
      <img
        src={photo}
        alt=""
        width={size}
        height={size}
        draggable={false}
        onError={() => setFailed(photo)}
        className="shrink-0 rounded-full object-cover"
        style={{ width: size, height: size, background: backgroundOf(participant.identity) }}
      />
    );
  }
  return (
    <span
      aria-hidden
      className="flex shrink-0 items-center justify-center rounded-full font-medium text-white"
      style={{ width: size, height: size, fontSize: size * 0.38, background: backgroundOf(participant.identity) }}
    >
      {initials(nameOf(participant))}
    </span>
  );
}
