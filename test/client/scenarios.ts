/** @module What a user does with Claude Code, and what the model behind it answers: the same on every wire. */
import type { Ask, Reply } from "../../lib/simulator/wire.ts";

export interface Scenario {
  name: string;
  prompt: string;
  allowedTools: readonly string[];
  /** The model's side of the conversation. */
  respond(ask: Ask): Reply;
  /** The one answer that the user sees. */
  answer: string;
  /** The requests that the client makes for it, in order: their class as the client names it. */
  requests: readonly string[];
}

const say = (text: string): Reply => ({ parts: [{ type: "text", text }] });
const call = (name: string, input: Record<string, unknown>): Reply => ({
  parts: [
    { type: "text", text: `Let me use ${name}.` },
    { type: "tool", name, input },
  ],
});

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "a text turn",
    prompt: "Which bird sings at night?",
    allowedTools: [],
    respond: () => say("The nightingale sings at night."),
    answer: "The nightingale sings at night.",
    requests: ["main"],
  },
  {
    name: "a Bash round trip",
    prompt: "What is six times seven?",
    allowedTools: ["Bash"],
    respond: ({ toolResults }) =>
      toolResults.length === 0
        ? call("Bash", { command: "echo $((6 * 7))", description: "Multiply" })
        : say(`Bash says ${toolResults.join()}.`),
    answer: "Bash says 42.",
    requests: ["main", "main"],
  },
  {
    name: "a web search",
    prompt: "Search the web for sparrows in winter.",
    allowedTools: ["WebSearch"],
    respond: webSearch,
    answer: "The search found a page.",
    requests: ["main", "main", "auxiliary", "main"],
  },
  {
    name: "a subagent",
    prompt: "Let a subagent count the petals.",
    allowedTools: ["Agent"],
    respond: (ask) => {
      if (ask.userText.includes("Count petals")) return say("There are five petals.");
      if (ask.toolResults.length === 0)
        return call("Agent", {
          description: "Count the petals",
          prompt: "Count petals, please.",
          subagent_type: "general-purpose",
          run_in_background: false,
        });
      return say(ask.toolResults.join().includes("five petals") ? "The subagent counted five." : "No count came back.");
    },
    answer: "The subagent counted five.",
    requests: ["main", "subagent", "main"],
  },
];

/** WebSearch is a tool that the client loads on demand and that asks in a request of its own. */
function webSearch(ask: Ask): Reply {
  if (ask.webSearch || ask.userText.startsWith("Perform a web search"))
    return {
      parts: [
        {
          type: "search",
          query: "sparrows in winter",
          results: [{ title: "Sparrows", url: "https://example.com/sparrows" }],
        },
        { type: "text", text: "Sparrows stay in winter." },
      ],
    };
  const results = ask.toolResults.join();
  if (results.includes("Web search results"))
    return say(results.includes("https://example.com/sparrows") ? "The search found a page." : "No page came back.");
  if (ask.tools.some((tool) => tool.name === "WebSearch")) return call("WebSearch", { query: "sparrows in winter" });
  return call("ToolSearch", { query: "select:WebSearch", max_results: 1 });
}
