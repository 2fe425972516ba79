import { get } from "node:http";
import { SseReader } from "../../anthropic/sse/reader.ts";
import type { JournalEntry } from "../../journal/entry.ts";
import { CommandFailed } from "../verb.ts";

/** Follows what the server's journal says of one conversation's request, while it happens. */
export interface Watch {
  /** The newest that is known of it. */
  readonly entry: JournalEntry | undefined;
  /** Resolves with the entry when it is final; undefined when the server is silent about it for so long. */
  final(patienceMs: number): Promise<JournalEntry | undefined>;
  close(): void;
}

/**
 * Resolves when the server is ready to tell.
 * @param session id that the request will carry as its conversation's
 * @throws {CommandFailed} when the server does not let us watch
 */
export function watchSession(
  url: string,
  adminToken: string | undefined,
  session: string,
  onNews: (entry: JournalEntry) => void,
): Promise<Watch> {
  const headers = adminToken ? { authorization: `Bearer ${adminToken}` } : {};
  return new Promise((resolve, reject) => {
    let entry: JournalEntry | undefined;
    let over: (() => void) | undefined;
    const watching = get(`${url}/api/events`, { headers, agent: false }, (response) => {
      if (response.statusCode !== 200) {
        watching.destroy();
        return reject(new CommandFailed(`The server does not tell what happens (HTTP ${response.statusCode}).`));
      }
      const reader = new SseReader();
      response.on("error", () => over?.());
      response.on("end", () => over?.());
      response.on("data", (chunk: Buffer) => {
        for (const { event, data } of reader.push(chunk)) {
          if (event !== "request") continue;
          const told = JSON.parse(data) as JournalEntry;
          if (told.session !== session) continue;
          entry = told;
          onNews(told);
          if (isFinal(told)) over?.();
        }
        resolve(watch); // it begins with the server's status: from now on nothing is missed
      });
    });
    watching.on("error", (error) => reject(new CommandFailed(`The server cannot be asked: ${error.message}.`)));
    const watch: Watch = {
      get entry() {
        return entry;
      },
      async final(patienceMs) {
        if (entry && isFinal(entry)) return entry;
        await new Promise<void>((done) => {
          const timer = setTimeout(done, patienceMs);
          over = () => {
            clearTimeout(timer);
            done();
          };
        });
        return entry && isFinal(entry) ? entry : undefined;
      },
      close: () => void watching.destroy(),
    };
  });
}

function isFinal({ outcome }: JournalEntry): boolean {
  return outcome !== "running";
}
