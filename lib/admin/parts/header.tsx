import { type Connection, connection } from "../state/store.ts";
import type { Tone } from "../words/states.ts";
import { Mark } from "./icons.tsx";
import { StatePill } from "./pill.tsx";
import { TabList } from "./tab-list.tsx";

const CONNECTIONS = {
  connecting: { word: "Connecting", tone: "quiet" },
  live: { word: "Live", tone: "ok" },
  refused: { word: "Refused", tone: "bad" },
  lost: { word: "Reconnecting", tone: "warn" },
} as const satisfies Record<Connection, { word: string; tone: Tone }>;

export function Header() {
  const { word, tone } = CONNECTIONS[connection.value];
  return (
    <header class="top">
      <div class="top-inner">
        <span class="brand">
          <Mark />
          <span>
            Claude Code <b>Mux</b>
          </span>
        </span>
        <TabList />
        <span class="top-state" role="status">
          <StatePill tone={tone} word={word} />
        </span>
      </div>
    </header>
  );
}
