/** A switch with its label and, below it, what it does. */

interface SwitchProps {
  label: string;
  help?: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

export function Switch({ label, help, isOn, onChange }: SwitchProps) {
  return (
    <label className="flex min-h-11 cursor-pointer items-center gap-3 text-sm">
      <span className="flex-1">
        <span className="block font-medium">{label}</span>
        {help && <span className="block text-xs opacity-75">{help}</span>}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        onChange={(event) => onChange(event.target.checked)}
        className="relative h-6 w-11 shrink-0 cursor-pointer appearance-none rounded-full bg-line-strong transition-colors duration-150 checked:bg-accent after:absolute after:top-1 after:left-1 after:size-4 after:rounded-full after:bg-white after:transition-transform after:duration-150 checked:after:translate-x-5"
      />
    </label>
  );
}
