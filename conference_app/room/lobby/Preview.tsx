/** The person's own picture before joining, with the two switches, and what is wrong with a device in plain words. */
import { Mic, MicOff, Video, VideoOff } from "lucide-react";
import { useEffect, useRef } from "react";

import { problemWords } from "../devices/deviceWords";
import { Notice, RoundButton } from "../shared/pieces";
import { useWords } from "../shared/words";
import type { ShownMedia } from "./useOwnMedia";

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
  const text = media.isOpening ? "camera_opening" : "camera_is_off";
  return (
    <div className="flex size-full flex-col items-center justify-center gap-3 text-on-stage-muted">
      <VideoOff size={32} strokeWidth={1.5} aria-hidden className={media.isOpening ? "opacity-0" : ""} />
      <p className="text-sm">{t(text)}</p>
    </div>
  );
}

/** What is wrong, each thing once, and that one can join all the same. */
function Problems({ media }: { media: ShownMedia }) {
  const { t } = useWords();
  const keys = (["videoinput", "audioinput"] as const).flatMap((kind) => {
    const problem = media.problems[kind];
    return problem ? [problemWords(kind, problem)] : [];
  });
  const both = media.problems.audioinput === "denied" && media.problems.videoinput === "denied";
  const shown = both ? (["devices_denied"] as const) : [...new Set(keys)];
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
  const hasSound = media.audio !== undefined;
  const hasPicture = media.video !== undefined;
  return (
    <div className="flex flex-col gap-4">
      <div className="stage relative aspect-video w-full overflow-hidden rounded-card bg-stage-raised">
        {hasPicture ? <OwnPicture media={media} /> : <Placeholder media={media} />}
        <div className="absolute inset-x-0 bottom-3 flex justify-center gap-3 sm:bottom-4">
          <RoundButton
            label={hasSound ? t("mute_microphone") : t("unmute_microphone")}
            icon={hasSound ? Mic : MicOff}
            tone={hasSound ? "normal" : "off"}
            onClick={() => media.toggle("audioinput")}
          />
          <RoundButton
            label={hasPicture ? t("camera_off") : t("camera_on")}
            icon={hasPicture ? Video : VideoOff}
            tone={hasPicture ? "normal" : "off"}
            onClick={() => media.toggle("videoinput")}
          />
        </div>
      </div>
      <Problems media={media} />
    </div>
  );
}
