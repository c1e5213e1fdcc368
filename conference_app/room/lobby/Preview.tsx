/** The person's own picture before joining, with the two switches, and what is wrong with a device in plain words. */
import { Mic, MicOff, Video, VideoOff } from "lucide-react";
import { useEffect, useRef } from "react";

import type { DeviceProblem } from "../devices/devices";
import { problemWords } from "../devices/deviceWords";
import { Notice, RoundButton } from "../shared/pieces";
import type { ShownMedia } from "./useOwnMedia";
import { type TextKey, useWords } from "../shared/words";

function OwnPicture({ media }: { media: ShownMedia }) {
  const ref = useRef<HTMLVideoElement>(null);
  const { video } = media;
  useEffect(() => {
    const element = ref.current;
    if (!element || !video) return undefined;
    video.attach(element);
    return () => void video.detach(element);
  }, [video]);
  return <video ref={ref} muted playsInline autoPlay className="size-full -scale-x-100 object-cover" />;
}

function Placeholder({ media }: { media: ShownMedia }) {
  const { t } = useWords();
  const isOpening = media.opening.videoinput;
  const text = isOpening ? "camera_opening" : "camera_is_off";
  return (
    <div className="flex size-full flex-col items-center justify-center gap-3 text-on-stage-muted">
      <VideoOff size={32} strokeWidth={1.5} aria-hidden className={isOpening ? "invisible" : ""} />
      <p className="text-sm">{t(text)}</p>
    </div>
  );
}

/** One sentence for what is wrong with both. */
const BOTH: Partial<Record<DeviceProblem, TextKey>> = { denied: "devices_denied", system: "devices_system" };

/** What is wrong, each thing once, and that one can join all the same. */
function Problems({ media }: { media: ShownMedia }) {
  const { t } = useWords();
  const keys = (["videoinput", "audioinput"] as const).flatMap((kind) => {
    const problem = media.problems[kind];
    return problem ? [problemWords(kind, problem)] : [];
  });
  const { audioinput, videoinput } = media.problems;
  const shared = audioinput === videoinput && audioinput && BOTH[audioinput];
  const shown = shared ? [shared] : [...new Set(keys)];
  if (shown.length === 0) return null;
  return (
    <div role="status">
      <Notice tone="warn">
        {shown.map((key) => (
          <p key={key}>{t(key)}</p>
        ))}
        <p>{t("join_anyway")}</p>
      </Notice>
    </div>
  );
}

export function Preview({ media }: { media: ShownMedia }) {
  const { t } = useWords();
  // What is starting is on its way to being on: it does not look as if it had failed.
  const isSoundOn = media.audio !== undefined || media.opening.audioinput;
  const isPictureOn = media.video !== undefined || media.opening.videoinput;
  return (
    <div className="flex flex-col gap-4">
      <div className="stage relative aspect-video w-full overflow-hidden rounded-card bg-stage-raised">
        {media.video ? <OwnPicture media={media} /> : <Placeholder media={media} />}
        <div className="absolute inset-x-0 bottom-3 flex justify-center gap-3 sm:bottom-4">
          <RoundButton
            label={isSoundOn ? t("mute_microphone") : t("unmute_microphone")}
            icon={isSoundOn ? Mic : MicOff}
            tone={isSoundOn ? "normal" : "off"}
            isFaint={media.opening.audioinput}
            onClick={() => media.toggle("audioinput")}
          />
          <RoundButton
            label={isPictureOn ? t("camera_off") : t("camera_on")}
            icon={isPictureOn ? Video : VideoOff}
            tone={isPictureOn ? "normal" : "off"}
            isFaint={media.opening.videoinput}
            onClick={() => media.toggle("videoinput")}
          />
        </div>
      </div>
      <Problems media={media} />
    </div>
  );
}
