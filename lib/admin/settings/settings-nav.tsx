import { addressOf, place } from "../state/place.ts";

/** The parts of the tab, in their order, by the name that stands in the address. */
export const PARTS = [
  { id: "claude-code", label: "Claude Code" },
  { id: "logins", label: "Logins" },
  { id: "budget", label: "Budget" },
  { id: "server", label: "Server" },
  { id: "failover", label: "Failover" },
  { id: "retry", label: "Retry" },
  { id: "performance", label: "Performance" },
  { id: "logging", label: "Logging" },
  { id: "telemetry", label: "Telemetry" },
  { id: "file", label: "The file" },
  { id: "backups", label: "Ways back" },
  { id: "version", label: "This server" },
] as const;

export type PartId = (typeof PARTS)[number]["id"];

/** The element that a part's address leads to. */
export function anchorOf(part: PartId): string {
  return `settings-${part}`;
}

export function SettingsNav() {
  const { detail } = place.value;
  return (
    <nav class="settings-nav" aria-label="Settings">
      <ul>
        {PARTS.map(({ id, label }) => (
          <li key={id}>
            <a href={addressOf("settings", id)} aria-current={detail === id ? "location" : undefined}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
