import type { ConfigTree } from "../../config/schema.ts";
import { Facts } from "../parts/facts.tsx";

const GROUPS = [
  { key: "server", title: "Server", says: "who may come, and where to" },
  { key: "failover", title: "Failover", says: "when a provider rests, and what is done after a break" },
  { key: "retry", title: "Retry", says: "how often one request is tried" },
  { key: "performance", title: "Performance", says: "bounds of the work" },
  { key: "logging", title: "Logging", says: "what the log holds" },
] as const satisfies readonly { key: keyof ConfigTree; title: string; says: string }[];

/** The sections of the file that are not shown on a tab of their own, defaults included. */
export function Groups({ tree }: { tree: ConfigTree }) {
  return (
    <ul class="cards groups">
      {GROUPS.map(({ key, title, says }) => (
        <li class="card" key={key}>
          <h2>{title}</h2>
          <p class="small muted">
            <span class="mono">[{key}]</span> {says}
          </p>
          <Facts facts={Object.entries(tree[key]).map(([name, value]) => [name, shown(value)] as const)} />
        </li>
      ))}
    </ul>
  );
}

function shown(value: unknown): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (value === "" || (Array.isArray(value) && value.length === 0)) return "not set";
  return Array.isArray(value) ? value.join(", ") : String(value);
}
