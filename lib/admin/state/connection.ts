import type { LiveEvents, StatusView } from "../../server/admin/views.ts";
import { ApiProblem, getJson, signedOut } from "./api.ts";
import { loadRequests, takeRequest } from "./requests.ts";
import { connection, loadConfiguration, notice, refusal, status } from "./store.ts";

const FIRST_RETRY_MS = 300;
const LONGEST_RETRY_MS = 3_000;

let source: EventSource | undefined;
/** What the page knows is as new as the stream; false after every gap. */
let fresh = false;
let retryMs = FIRST_RETRY_MS;
let retryTimer: ReturnType<typeof setTimeout> | undefined;

/**
 * Follows the server's live stream and comes back by itself when the server was away. A hidden page lets go of its stream,
 * since browsers allow six connections to one server and a user may have many tabs.
 */
export function connect(): void {
  open();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else if (signedOut.value) void askAgain();
    else open();
  });
}

/** Somebody may have signed in meanwhile in another tab, or the server may ask for no token any more. */
async function askAgain(): Promise<void> {
  const answer = await getJson("/api/status").catch(() => undefined);
  if (answer === undefined) return;
  signedOut.value = false;
  open();
}

/** After signing in: everything that was refused is asked for again. */
export function reconnect(): void {
  close();
  open();
}

function open(): void {
  if (source || signedOut.value) return;
  clearTimeout(retryTimer);
  source = new EventSource("/api/events");
  source.onerror = lose;
  on("status", takeStatus);
  on("health", (list) => {
    if (status.value) status.value = { ...status.value, providers: list };
  });
  on("request", takeRequest);
}

function on<K extends keyof LiveEvents>(event: K, take: (data: LiveEvents[K]) => void): void {
  source?.addEventListener(event, (message) => take(JSON.parse(message.data) as LiveEvents[K]));
}

/** Ends the stream, until the page is asked to connect again. */
export function close(): void {
  clearTimeout(retryTimer);
  source?.close();
  source = undefined;
  fresh = false;
}

/** The browser would retry some failures and give up on others; we retry all of them, ever more slowly. */
function lose(): void {
  close();
  void tellWhy();
  retryTimer = setTimeout(open, retryMs);
  retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
}

/** An event stream that fails does not say why; a plain request does. */
async function tellWhy(): Promise<void> {
  const problem = await getJson("/api/status").catch((error: unknown) => error);
  if (connection.value === "live" && source?.readyState === EventSource.OPEN) return;
  const refused = problem instanceof ApiProblem && (problem.status === 401 || problem.status === 403);
  if (refused) refusal.value = problem.message;
  connection.value = refused ? "refused" : "lost";
}

function takeStatus(next: StatusView): void {
  const before = status.value;
  status.value = next;
  connection.value = "live";
  retryMs = FIRST_RETRY_MS;
  if (before && (before.pid !== next.pid || before.started_at !== next.started_at)) {
    const version = before.version === next.version ? "" : ` as version ${next.version}; reload the page to see it`;
    notice.value = `The server was restarted${version}.`;
  }
  if (!fresh) void Promise.all([loadRequests(), loadConfiguration()]);
  else if (before && before.config.etag !== next.config.etag) void loadConfiguration();
  fresh = true;
}
