import type { JournalEntry } from "../journal/entry.ts";
import { settle } from "../journal/settle.ts";
import type { ServerContext } from "./context.ts";
import { logRequest } from "./request-log.ts";

/** A request that was answered before it could be routed. */
export interface Unserved {
  id: string;
  /** With the query. */
  path: string;
  headers: Readonly<Record<string, string | undefined>>;
  /** On the `performance.now()` clock. */
  arrived: number;
  /** The model that was asked for, where the body could be read. */
  requested?: string;
  stream?: boolean;
  bytesIn: number;
}

const UNREADABLE = "(unreadable)";

/** Leaves an entry and a line in the log, so that the id in the client's error leads somewhere. */
export function recordUnserved(
  { journal, log }: Pick<ServerContext, "journal" | "log">,
  request: Unserved,
  { status, message }: { status: number; message: string },
): void {
  const { id, path, headers, arrived, requested = UNREADABLE, stream = false, bytesIn } = request;
  const session = headers["x-claude-code-session-id"];
  const requestClass = headers["x-claude-code-request-class"];
  const entry: JournalEntry = {
    id,
    time: Date.now(),
    path: path.split("?")[0] ?? path,
    ...(session !== undefined && { session }),
    ...(requestClass !== undefined && { class: requestClass }),
    requested,
    rule: "none",
    reason: message,
    model: requested,
    stream,
    attempts: [],
    status,
    outcome: status === GONE ? "cancelled" : "failed",
    totalMs: performance.now() - arrived,
    bytesIn,
    bytesOut: 0,
    error: message,
  };
  settle(entry, () => undefined);
  journal.begin(entry);
  journal.end(entry);
  logRequest(log, entry);
}

/** The client went away while it waited for its turn. */
export const GONE = 499;
