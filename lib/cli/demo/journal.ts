import { get } from "node:http";
import type { JournalEntry } from "../../journal/entry.ts";

/** What the server's journal says of a request; undefined when it does not know it. */
export async function journalEntry(url: string, id: string): Promise<JournalEntry | undefined> {
  const answer = await getJson(`${url}/api/journal/${encodeURIComponent(id)}`);
  return answer.status === 200 ? (answer.body as JournalEntry) : undefined;
}

/** The request that came last, whether it has ended or not. */
export async function newestEntry(url: string): Promise<JournalEntry | undefined> {
  const answer = await getJson(`${url}/api/journal?limit=1`);
  return (answer.body as { items?: JournalEntry[] }).items?.[0];
}

function getJson(url: string): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
        } catch {
          reject(new Error(`${url} did not answer with JSON`));
        }
      });
      response.on("error", reject);
    }).on("error", reject);
  });
}
