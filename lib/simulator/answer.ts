import { sampleInput, sampleOf } from "./sample.ts";
import { type Ask, intoWords, type Json, type Part, type Reply, record } from "./wire.ts";

const QUOTED = 160;

/**
 * What a simulated provider says by itself. The user steers it with plain words:
 * - `use NAME` or `use NAME {"a":1}` calls the tool NAME if the request offers it; several times for parallel calls
 * - `write 200 words` gives an answer of that length
 * A request for structured output gets JSON that fits its schema; a request for a web search gets one.
 */
export function plausibleReply(ask: Ask): Reply {
  const thinking: Part[] =
    ask.thinking === "none"
      ? []
      : [{ type: "thinking", text: "The user wants an answer; this one is made up, so it can be short." }];
  return { parts: [...thinking, ...saying(ask)] };
}

function saying(ask: Ask): Part[] {
  if (ask.schema) return [{ type: "text", text: JSON.stringify(sampleOf(ask.schema, ask.userText)) }];
  if (ask.webSearch) return searching(ask.userText.replace(/^[\s\S]*?query:\s*/, ""));
  if (ask.toolResults.length > 0)
    return [{ type: "text", text: `The tool returned: ${shorten(ask.toolResults.join(" / "))} That is all I needed.` }];
  const calls = callsAskedFor(ask);
  if (calls.length > 0) return [{ type: "text", text: "I will use a tool for that." }, ...calls];
  const length = /\bwrite (\d{1,5}) words\b/i.exec(ask.userText);
  if (length) return [{ type: "text", text: filler(Number(length[1])) }];
  return [
    {
      type: "text",
      text:
        `This is the simulated provider "${ask.provider}", answering as ${ask.model}. ` +
        `You wrote: "${shorten(ask.userText)}" ` +
        "No real model was asked and nothing left this machine.",
    },
  ];
}

function searching(query: string): Part[] {
  const results = [
    { title: "Example Domain", url: "https://example.com/" },
    { title: "Example Domains", url: "https://www.iana.org/help/example-domains" },
  ];
  return [
    { type: "search", query, results },
    { type: "text", text: `A simulated search for "${shorten(query)}" found two pages.` },
  ];
}

/** Every `use NAME {…}` in what the user said whose NAME is an offered tool. */
export function callsAskedFor(ask: Pick<Ask, "userText" | "tools">): Part[] {
  const calls: Part[] = [];
  for (const found of ask.userText.matchAll(/\buse (?:the )?(?:tool )?`?([\w-]+)`?\s*/gi)) {
    const tool = ask.tools.find((offer) => offer.name === found[1]);
    if (!tool) continue;
    const input = objectAt(ask.userText, found.index + found[0].length);
    calls.push({ type: "tool", name: tool.name, input: input ?? sampleInput(tool.schema, ask.userText) });
  }
  return calls;
}

/** The JSON object that begins exactly at `from`: the shortest that ends in a brace and parses. */
function objectAt(value: string, from: number): Json | undefined {
  if (value[from] !== "{") return undefined;
  for (let end = value.indexOf("}", from); end >= 0; end = value.indexOf("}", end + 1)) {
    try {
      return record(JSON.parse(value.slice(from, end + 1)));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error; // a brace inside the object: look for the next
    }
  }
  return undefined;
}

function filler(count: number): string {
  const stock = intoWords(
    "These words were made by a simulator so that you can watch an answer of this length arrive. ",
  );
  return Array.from({ length: count }, (_, at) => stock[at % stock.length])
    .join("")
    .trim();
}

function shorten(value: string): string {
  const flat = value.replace(/\s+/g, " ").trim();
  return flat.length <= QUOTED ? flat : `${flat.slice(0, QUOTED)}…`;
}
