// Request bodies of Claude Code: a recorded turn where there is one, else its shape: keys, tools, system and history in its
// proportions, text that looks like code.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LINES = [
  'export function readConfig(path: string): Config {\n  const text = readFileSync(path, "utf8");\n  return parse(text);\n}\n',
  "The test in `settings.test.ts` fails because the default is read before the file is there.\n",
  '  "scripts": { "build": "tsc -p .", "test": "vitest run" },\n',
  "\tif (error.code === 'ENOENT') return undefined; // nothing was written yet\n",
  "Overflow happens when α + β exceeds the range; see § 4.2 – the table there is wrong.\n",
  'grep -rn "retry_after" lib/ | sort | head -20\n',
];

/** About `length` bytes of text. */
function prose(length, seed) {
  let text = "";
  for (let i = seed; text.length < length; i++) text += LINES[i % LINES.length];
  return text.slice(0, length);
}

const TOOL_NAMES = "Agent Bash Edit Glob Grep NotebookEdit Read Skill TodoWrite WebFetch WebSearch Write".split(" ");

function tool(name, seed) {
  return {
    name,
    description: prose(2000, seed),
    input_schema: {
      type: "object",
      properties: {
        file_path: { type: "string", description: prose(90, seed + 1) },
        limit: { type: "integer", description: prose(60, seed + 2), minimum: 1 },
        mode: { type: "string", enum: ["content", "files", "count"], description: prose(80, seed + 3) },
      },
      required: ["file_path"],
      additionalProperties: false,
    },
  };
}

/** One round of history: the assistant calls a tool, its result comes back. */
function turn(number, length) {
  const id = `toolu_bench${String(number).padStart(12, "0")}`;
  return [
    {
      role: "assistant",
      content: [
        { type: "text", text: prose(200, number) },
        { type: "tool_use", id, name: "Read", input: { file_path: `/home/user/project/lib/part-${number}.ts` } },
      ],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: prose(length, number + 1) }] },
  ];
}

/** Of about this size is a turn of the real Claude Code; it may lie beside the checkout, and is not part of it. */
const TURN_BYTES = 50 * 1024;
const RECORDING = join(
  process.env.CCM_RECORDINGS ?? join(import.meta.dirname, "../../../shared"),
  "captures/after-tool-result.json",
);

/** @returns {boolean} whether the body of 50 KB is a recorded one */
export const isTurnRecorded = () => existsSync(RECORDING);

/**
 * @param {{bytes: number, model: string, stream: boolean}} wanted
 * @returns {Buffer} a Messages request of exactly `bytes` bytes, or a recorded one of about so many
 */
export function messagesBody({ bytes, model, stream }) {
  if (bytes === TURN_BYTES && isTurnRecorded()) {
    const { body } = JSON.parse(readFileSync(RECORDING, "utf8"));
    return Buffer.from(JSON.stringify({ ...body, model, stream }));
  }
  const small = bytes < 45_000;
  const body = {
    model,
    messages: [{ role: "user", content: [{ type: "text", text: prose(small ? 60 : 2000, 0) }] }],
    system: [
      { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.330.b37; cc_entrypoint=cli;" },
      { type: "text", text: prose(small ? 60 : 5800, 3), cache_control: { type: "ephemeral" } },
    ],
    ...(small ? {} : { tools: TOOL_NAMES.map(tool) }),
    metadata: { user_id: JSON.stringify({ device_id: "0".repeat(64), session_id: SESSION }) },
    max_tokens: 32000,
    thinking: { type: "adaptive", display: "omitted" },
    output_config: { effort: "medium" },
    stream,
  };
  const room = () => bytes - Buffer.byteLength(JSON.stringify(body));
  const length = 4000;
  const perTurn = Buffer.byteLength(JSON.stringify(turn(0, length))) + 200;
  for (let left = room(), number = 0; left > perTurn * 2; number++) {
    const messages = turn(number, length);
    body.messages.push(...messages);
    left -= Buffer.byteLength(JSON.stringify(messages));
  }
  const last = { type: "text", text: "" };
  body.messages.push({ role: "user", content: [last] });
  const left = room();
  if (left < 0) throw new Error(`a body of ${bytes} bytes is too small for a Claude Code request`);
  last.text = "x".repeat(left);
  return Buffer.from(JSON.stringify(body));
}

const SESSION = "6f2a3c1e-0000-4000-8000-000000000000";

/** The headers that Claude Code sends with each turn. */
export const CLIENT_HEADERS = [
  "accept: application/json",
  "user-agent: claude-cli/2.1.330 (external, cli)",
  `x-claude-code-session-id: ${SESSION}`,
  "x-claude-code-request-class: main",
  "x-stainless-arch: x64",
  "x-stainless-lang: js",
  "x-stainless-os: Linux",
  "x-stainless-retry-count: 0",
  "x-stainless-timeout: 600",
  "anthropic-beta: claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27",
  "anthropic-version: 2023-06-01",
  "x-api-key: ccm-proxy",
  "x-app: cli",
];
