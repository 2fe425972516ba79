import { sendJson, signedOut } from "../state/api.ts";
import { close } from "../state/connection.ts";
import { type Connection, config, connection } from "../state/store.ts";
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

function hasToken(): boolean {
  return (config.data.value?.config.server.admin_token ?? "") !== "";
}

async function signOut(): Promise<void> {
  await sendJson("DELETE", "/api/session");
  signedOut.value = true;
  close();
}

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
        {!signedOut.value && <TabList />}
        {!signedOut.value && hasToken() && (
          <button type="button" class="quiet-button sign-out" onClick={signOut}>
            Sign out
          </button>
        )}
        <span class="top-state" role="status">
          <StatePill tone={tone} word={word} />
        </span>
      </div>
    </header>
  );
}
