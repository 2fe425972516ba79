import type { ConfigFault } from "../../server/admin/views.ts";
import { config } from "../state/store.ts";

/** What is wrong with the file, or worth knowing about it, each with its line. */
export function FaultList(list: { title: string; faults: readonly ConfigFault[]; tone: "bad" | "warn" }) {
  if (list.faults.length === 0) return null;
  return (
    <div class={`message ${list.tone}`}>
      <div>
        <strong>{list.title}</strong>
        <ul>
          {list.faults.map(({ path, line, message }) => (
            <li key={`${path} ${message}`}>
              {line !== undefined && <b>Line {line}: </b>}
              {path !== "" && <code>{path}</code>} {message}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** Notes about one section of the file, where its tab shows it. */
export function NotesAbout({ section }: { section: "providers" | "models" | "router" }) {
  const notes = config.data.value?.notes ?? [];
  return (
    <FaultList tone="warn" title="Worth knowing" faults={notes.filter(({ path }) => path.split(".")[0] === section)} />
  );
}
