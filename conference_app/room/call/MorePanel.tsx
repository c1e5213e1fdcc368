/** Devices during the call, and what has no place in the control bar. */
import { Bell, Keyboard, LayoutGrid, MonitorUp, MonitorX, RectangleHorizontal } from "lucide-react";
import type { LucideIcon } from "lucide-react";

import { DeviceMenus } from "../devices/DeviceMenu";
import type { DeviceLists } from "../devices/devices";
import { changeSettings, useSettings } from "../shared/settings";
import { SidePanel } from "../shared/SidePanel";
import { Switch } from "../shared/Switch";
import { useWords } from "../shared/words";
import type { View } from "../stage/view";
import type { RunningTool } from "../tools/registry";

interface MorePanelProps {
  devices: DeviceLists;
  chosen: Record<MediaDeviceKind, string>;
  tools: RunningTool[];
  /** What the bar shows already. */
  inBar: ReadonlySet<string>;
  /** Null where a screen cannot be shared. */
  onShare: (() => void) | null;
  isSharing: boolean;
  view: View;
  onChoose: (kind: MediaDeviceKind, deviceId: string) => void;
  onLayout: () => void;
  onTool: (id: string) => void;
  onHelp: () => void;
  onClose: () => void;
}

function Entry({ icon: Icon, label, onClick }: { icon: LucideIcon; label: string; onClick: () => void }) {
  return (
    <button type="button" onClick={onClick} className="flex min-h-11 items-center gap-3 rounded-control px-3 text-left text-sm font-medium hover:bg-stage-line">
      <Icon size={18} aria-hidden className="text-on-stage-muted" />
      {label}
    </button>
  );
}

export function MorePanel(props: MorePanelProps) {
  const { t } = useWords();
  const { hasSounds } = useSettings();
  const { inBar, onShare, isSharing } = props;
  return (
    <SidePanel title={t("more_title")} onClose={props.onClose}>
      <div className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto px-4 pb-4 [&_.grid]:grid-cols-1">
        <DeviceMenus devices={props.devices} chosen={props.chosen} onChoose={props.onChoose} />
        <div className="-mx-1 flex flex-col border-t border-stage-line pt-3">
          {onShare && !inBar.has("share") && (
            <Entry icon={isSharing ? MonitorX : MonitorUp} label={t(isSharing ? "stop_sharing" : "share_screen")} onClick={onShare} />
          )}
          {props.tools.map(
            ({ id, icon, label }) => !inBar.has(id) && <Entry key={id} icon={icon} label={t(label)} onClick={() => props.onTool(id)} />,
          )}
          <Entry
            icon={props.view === "grid" ? RectangleHorizontal : LayoutGrid}
            label={t(props.view === "grid" ? "speaker_view" : "grid_view")}
            onClick={props.onLayout}
          />
          <Entry icon={Keyboard} label={t("help_title")} onClick={props.onHelp} />
          <div className="flex items-center gap-3 px-3 [&>label]:flex-1">
            <Bell size={18} aria-hidden className="shrink-0 text-on-stage-muted" />
            <Switch label={t("sounds")} help={t("sounds_help")} isOn={hasSounds} onChange={(isOn) => changeSettings({ hasSounds: isOn })} />
          </div>
        </div>
      </div>
    </SidePanel>
  );
}
