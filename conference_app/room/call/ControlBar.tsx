/** The room's controls, centred and grouped: devices | share | people, chat, layout, more | leave. */
import {
  Ellipsis,
  LayoutGrid,
  Mic,
  MicOff,
  MonitorUp,
  MonitorX,
  PhoneOff,
  RectangleHorizontal,
  Video,
  VideoOff,
} from "lucide-react";
import type { ReactNode } from "react";

import { RoundButton } from "../shared/pieces";
import { useWords } from "../shared/words";
import type { View } from "../stage/view";
import type { RunningTool } from "../tools/registry";
import type { Badge } from "../tools/tool";
import type { Panel } from "./panel";
import type { Action } from "./shortcuts";

export interface ControlBarProps {
  hasSound: boolean;
  hasPicture: boolean;
  isAsWanted: boolean;
  isSharing: boolean;
  isPhone: boolean;
  tools: RunningTool[];
  /** Which of the other buttons find room in the bar: ids of tools, "share", "layout". */
  inBar: ReadonlySet<string>;
  panel: Panel;
  view: View;
  onAction: (action: Action) => void;
  onMore: () => void;
  onLeave: () => void;
}

function Group({ children }: { children: ReactNode }) {
  return <div className="flex items-center gap-2 not-first:sm:border-l not-first:sm:border-stage-line not-first:sm:pl-4 sm:gap-2.5">{children}</div>;
}

/** A number on a button's corner. Screen readers hear what it means instead. */
function Corner({ count, isNews }: Badge) {
  const tone = isNews ? "bg-accent text-on-accent" : "bg-stage-line text-on-stage";
  if (count === 0) return null;
  return (
    <span
      aria-hidden
      className={`absolute -top-1 -right-1 flex h-5 min-w-5 items-center justify-center rounded-full px-1 text-xs font-semibold tabular-nums ring-2 ring-stage ${tone}`}
    >
      {count > 99 ? "99+" : count}
    </span>
  );
}

function Devices({ hasSound, hasPicture, isAsWanted, onAction }: ControlBarProps) {
  const { t } = useWords();
  return (
    <Group>
      <RoundButton
        label={t(hasSound ? "mute_microphone" : "unmute_microphone")}
        icon={hasSound ? Mic : MicOff}
        tone={hasSound ? "normal" : "off"}
        isFaint={isAsWanted}
        shortcut="M"
        onClick={() => onAction("microphone")}
      />
      <RoundButton
        label={t(hasPicture ? "camera_off" : "camera_on")}
        icon={hasPicture ? Video : VideoOff}
        tone={hasPicture ? "normal" : "off"}
        isFaint={isAsWanted}
        shortcut="V"
        onClick={() => onAction("camera")}
      />
    </Group>
  );
}

function ToolButton({ tool, isOpen, onOpen }: { tool: RunningTool; isOpen: boolean; onOpen: () => void }) {
  const { t } = useWords();
  const badge = tool.badge(tool.state);
  const said = badge?.said ? `said-of-${tool.id}` : undefined;
  return (
    <>
      <RoundButton
        label={t(tool.label)}
        icon={tool.icon}
        shortcut={tool.shortcut}
        tone={isOpen ? "on" : "normal"}
        isExpanded={isOpen}
        describedBy={said}
        onClick={onOpen}
      >
        {badge && <Corner {...badge} />}
      </RoundButton>
      <span id={said} hidden>
        {badge?.said}
      </span>
    </>
  );
}

function Views({ tools, inBar, panel, view, onAction, onMore }: ControlBarProps) {
  const { t } = useWords();
  return (
    <Group>
      {tools.map(
        (tool) =>
          inBar.has(tool.id) && (
            <ToolButton key={tool.id} tool={tool} isOpen={panel === tool.id} onOpen={() => onAction(`tool:${tool.id}`)} />
          ),
      )}
      {inBar.has("layout") && (
        <RoundButton
          label={t(view === "grid" ? "speaker_view" : "grid_view")}
          icon={view === "grid" ? RectangleHorizontal : LayoutGrid}
          shortcut="L"
          onClick={() => onAction("layout")}
        />
      )}
      <RoundButton
        label={t("more")}
        icon={Ellipsis}
        tone={panel === "more" ? "on" : "normal"}
        isExpanded={panel === "more"}
        onClick={onMore}
      />
    </Group>
  );
}

export function ControlBar(props: ControlBarProps) {
  const { t } = useWords();
  const { isSharing, inBar, isPhone } = props;
  return (
    <section aria-label={t("controls")} className="flex items-center justify-center gap-2 px-2 pt-1 pb-3 sm:gap-4 sm:pb-4">
      <Devices {...props} />
      {inBar.has("share") && (
        <Group>
          <RoundButton
            label={t(isSharing ? "stop_sharing" : "share_screen")}
            icon={isSharing ? MonitorX : MonitorUp}
            tone={isSharing ? "on" : "normal"}
            shortcut="S"
            onClick={() => props.onAction("share")}
          />
        </Group>
      )}
      <Views {...props} />
      <Group>
        <button
          type="button"
          onClick={props.onLeave}
          aria-label={t("leave")}
          title={t("leave")}
          className="inline-flex h-11 w-13 items-center justify-center gap-2 rounded-full bg-danger text-sm font-medium text-on-danger transition-colors duration-150 hover:bg-danger-hover sm:h-12 sm:w-auto sm:px-5"
        >
          <PhoneOff size={20} aria-hidden />
          {!isPhone && <span aria-hidden>{t("leave")}</span>}
        </button>
      </Group>
    </section>
  );
}
