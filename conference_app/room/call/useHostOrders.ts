/** Sends a host's orders to others' browsers, and carries out those that come. */
import { useCallback, useEffect, useRef, useState } from "react";

import { HostOrders } from "../encryption/hostOrders";
import type { SealedRoom } from "../encryption/sealedRoom";

/** `beMuted`: a host has ordered it. Returns what has somebody muted. */
export function useHostOrders({ room, group, encryption }: SealedRoom, beMuted: () => void): (identity: string) => void {
  const latest = useRef(beMuted);
  latest.current = beMuted;
  const [orders] = useState(() => new HostOrders(room, group, (identity) => encryption.snapshot().members.get(identity), () => latest.current()));
  useEffect(() => orders.attach(), [orders]);
  return useCallback((identity) => void orders.mute(identity), [orders]);
}
