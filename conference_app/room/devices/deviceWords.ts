/** What is wrong with a device, in the words of the lobby and the call alike. */
import type { TextKey } from "../shared/words";
import type { DeviceProblem, InputKind } from "./devices";

const WORDS: Record<InputKind, Record<DeviceProblem, TextKey>> = {
  audioinput: {
    denied: "microphone_denied",
    system: "microphone_system",
    missing: "microphone_missing",
    busy: "microphone_busy",
    insecure: "devices_insecure",
    failed: "microphone_failed",
  },
  videoinput: {
    denied: "camera_denied",
    system: "camera_system",
    missing: "camera_missing",
    busy: "camera_busy",
    insecure: "devices_insecure",
    failed: "camera_failed",
  },
};

export function problemWords(kind: InputKind, problem: DeviceProblem): TextKey {
  return WORDS[kind][problem];
}
