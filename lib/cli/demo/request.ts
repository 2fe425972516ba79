import { randomUUID } from "node:crypto";
import type { MessagesBody, Tool } from "../../anthropic/types.ts";
import { DEMO_TOOLS } from "./tools.ts";

export interface DemoRequest {
  headers: Record<string, string>;
  body: MessagesBody;
}

export interface Question {
  model: string;
  prompt: string;
  /** One conversation; the same id keeps it at the same provider. */
  session: string;
  /** What Claude Code says that the request is for (`x-claude-code-request-class`). */
  class: "main" | "auxiliary";
}

const SYSTEM = [
  "You are a coding agent in a terminal. You help with software engineering: reading, changing and running code.",
  "Use the tools that you have been given. Prefer editing files over creating them, and say in one or two sentences",
  "what you did. Never guess file contents: read them. Ask before anything that cannot be undone.",
].join("\n");

const REMINDER = [
  "<system-reminder>",
  "Working directory: /home/you/project (a git repository, branch main, clean).",
  "Platform: linux. Today's date is given by the user's machine.",
  "</system-reminder>",
].join("\n");

/**
 * A request of the form that Claude Code sends: the same headers, the same keys in the same order, system blocks with
 * cache marks, a dozen tools, adaptive thinking. The words are ours.
 */
export function claudeCodeRequest({ model, prompt, session, class: kind }: Question): DemoRequest {
  const main = kind === "main";
  const cached = { cache_control: { type: "ephemeral" } };
  const body: MessagesBody = {
    model,
    messages: [
      {
        role: "user",
        content: [
          ...(main ? [{ type: "text", text: REMINDER }] : []),
          { type: "text", text: prompt, ...(main && cached) },
        ],
      },
    ],
    system: [
      { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.330; cc_entrypoint=cli;" },
      { type: "text", text: SYSTEM, ...(main && cached) },
    ],
    tools: main ? (DEMO_TOOLS as Tool[]) : [],
    metadata: { user_id: JSON.stringify({ device_id: "0".repeat(64), account_uuid: "", session_id: session }) },
    max_tokens: main ? 32_000 : 512,
    ...(main && {
      thinking: { type: "adaptive", display: "omitted" },
      context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
      output_config: { effort: "medium" },
    }),
    stream: true,
  };
  return { body, headers: claudeCodeHeaders(session, kind) };
}

function claudeCodeHeaders(session: string, kind: Question["class"]): Record<string, string> {
  return {
    accept: "application/json",
    "content-type": "application/json",
    "user-agent": "claude-cli/2.1.330 (external, cli)",
    "x-app": "cli",
    "x-api-key": "ccm-proxy",
    "anthropic-version": "2023-06-01",
    "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27",
    "anthropic-dangerous-direct-browser-access": "true",
    "x-claude-code-session-id": session,
    "x-claude-code-prompt-id": randomUUID(),
    "x-claude-code-request-class": kind,
    "x-stainless-lang": "js",
    "x-stainless-runtime": "node",
    "x-stainless-retry-count": "0",
    "x-stainless-timeout": "600",
  };
}
