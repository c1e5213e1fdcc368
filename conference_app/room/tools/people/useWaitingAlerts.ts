/** Tells the host that somebody has begun to wait: a soft sound, and a notification of the browser where they asked for it. */
import { useEffect, useRef } from "react";

import { loadChoice } from "../../devices/devices";
import type { WaitingPerson } from "../../pageMessages";
import { play } from "../../shared/chimes";
import { roomSettings } from "../../shared/settings";
import { useWords } from "../../shared/words";
import { newcomers } from "./newcomers";

/** Whether this browser knows notifications, and what it was told about ours. */
export function notificationState(): NotificationPermission | "unknown" {
  return typeof Notification === "undefined" ? "unknown" : Notification.permission;
}

export function useWaitingAlerts(waiting: readonly WaitingPerson[], subject: string): void {
  const { t } = useWords();
  const known = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const fresh = newcomers(known.current, waiting);
    known.current = new Set(waiting.map(({ identity }) => identity));
    if (fresh.length === 0) return;
    // A browser without sound has shown it all the same.
    if (roomSettings().hasSounds) void play("waiting", loadChoice().audiooutput).catch(() => undefined);
    if (!document.hidden || notificationState() !== "granted") return;
    try {
      new Notification(t("one_waits", { name: fresh[0].name }), { body: subject, tag: "parley-waiting" });
    } catch {
      // Some phones let only service workers notify; the tab's title says it too.
    }
  }, [waiting, subject, t]);
}
