/**
 * @module Four simulated vendors, each of which insists on its own reasoning state and on its documented schema: what it
 * has not said itself it refuses, and what it has said it wants back.
 */

import type { Handler } from "../../support/upstream.ts";
import { checkAnthropicRequest } from "../../support/validators/anthropic.ts";
import { checkGeminiRequest } from "../../support/validators/gemini.ts";
import { CHAT_DIALECTS, checkChatRequest } from "../../support/validators/openai-chat.ts";
import { checkResponsesRequest } from "../../support/validators/openai-responses.ts";
import { functionCall, message, reasoning, response, streamOf } from "../openai-responses/support.ts";

type Json = Record<string, unknown>;

/** A vendor, and everything that it has refused. */
export interface Vendor {
  handler: Handler;
  refusals: string[];
  asked: number;
}

/** What a vendor does with a request that it takes. */
interface Manners {
  faults: (body: Json, url: string) => string[];
  /** Does the request end in the result of a tool, so that an answer is due? */
  isAnswerDue: (body: Json) => boolean;
  /** Events of an answer; with a call where `call` is given. */
  answer: (n: number, call: boolean) => Json[];
  named?: boolean;
  done?: boolean;
}

/** @param callsAgain calls a tool also when it is given a result, so that the next vendor has to go on */
function vendor(manners: Manners, callsAgain: boolean): Vendor {
  const self: Vendor = {
    refusals: [],
    asked: 0,
    handler(request, reply) {
      const body = request.json<Json>();
      const faults = manners.faults(body, request.path);
      if (faults.length > 0) {
        self.refusals.push(...faults);
        return reply.json(
          { type: "error", error: { type: "invalid_request_error", message: faults.join("; ") } },
          { status: 400 },
        );
      }
      const n = self.asked++;
      const events = manners.answer(n, callsAgain || !manners.isAnswerDue(body));
      const { named = false, done = false } = manners;
      return reply.sse(
        events.map((event) => JSON.stringify(event)),
        { named, done },
      );
    },
  };
  return self;
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);

/** OpenAI's Responses API: encrypted reasoning must be its own, and stand before the call that it led to. */
export function openai(callsAgain: boolean): Vendor {
  const state = (n: number) => `encrypted by openai ${n}`;
  return vendor(
    {
      faults(body) {
        const faults = checkResponsesRequest(body);
        const items = list(body.input);
        for (const [i, item] of items.entries()) {
          if (item.type === "reasoning" && !String(item.encrypted_content).startsWith("encrypted by openai"))
            faults.push(`input.${i}: The encrypted content could not be verified`);
          const own = /^call_openai_(\d+)$/.exec(String(item.call_id))?.[1];
          if (
            item.type === "function_call" &&
            own !== undefined &&
            items[i - 1]?.encrypted_content !== state(Number(own))
          )
            faults.push(`input.${i}: ${item.call_id} without the reasoning that led to it`);
        }
        return faults;
      },
      isAnswerDue: (body) => list(body.input).at(-1)?.type === "function_call_output",
      answer: (n, call) =>
        streamOf(
          response([
            reasoning([`openai thinks ${n}`], state(n)),
            call ? functionCall("Read", '{"path":"/a"}', `call_openai_${n}`) : message("openai is done"),
          ]),
        ),
      named: true,
    },
    callsAgain,
  );
}

/** Gemini: every call must come with its signature, a stranger's with the literal that stands for one. */
export function gemini(callsAgain: boolean): Vendor {
  const signature = (n: number) => Buffer.from(`signed by gemini ${n}`).toString("base64");
  const issued = new Set<unknown>(["skip_thought_signature_validator"]);
  return vendor(
    {
      faults(body, url) {
        const model = /models\/([^:]+):/.exec(url)?.[1] ?? "";
        const faults = checkGeminiRequest(body, { model });
        for (const [i, { role, parts }] of list(body.contents).entries())
          for (const { functionCall: called, thoughtSignature: given } of list(parts)) {
            if (given !== undefined && !issued.has(given)) faults.push(`contents.${i}: a stranger's thought signature`);
            const path = ((called as Json | undefined)?.args as Json | undefined)?.path;
            const own = /^\/gemini\/(\d+)$/.exec(String(path))?.[1];
            if (role === "model" && own !== undefined && given !== signature(Number(own)))
              faults.push(`contents.${i}: function call ${path} is missing a thought_signature`);
          }
        return faults;
      },
      isAnswerDue: (body) =>
        list(list(body.contents).at(-1)?.parts).some((part) => part.functionResponse !== undefined),
      answer(n, call) {
        issued.add(signature(n));
        const part = call
          ? { functionCall: { name: "Read", args: { path: `/gemini/${n}` } }, thoughtSignature: signature(n) }
          : { text: "gemini is done" };
        const thought = { text: `gemini thinks ${n}`, thought: true };
        const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 };
        return [
          { candidates: [{ content: { role: "model", parts: [thought] }, index: 0 }] },
          {
            candidates: [{ content: { role: "model", parts: [part] }, finishReason: "STOP", index: 0 }],
            usageMetadata,
          },
        ];
      },
    },
    callsAgain,
  );
}

/** Anthropic: thinking must be signed by it, and come back with the call that it led to. */
export function anthropic(callsAgain: boolean): Vendor {
  const signature = (n: number) =>
    Buffer.from(`signed by anthropic, and by nobody else, number ${n}`).toString("base64");
  const issued = new Set<unknown>();
  const efforts = ["low", "medium", "high", "xhigh", "max"];
  return vendor(
    {
      faults(body) {
        const faults = checkAnthropicRequest(body, {
          own: true,
          thinking: ["adaptive"],
          efforts,
          sampling: false,
          midSystem: true,
        });
        for (const [i, { content }] of list(body.messages).entries())
          for (const [at, block] of list(content).entries()) {
            if (block.type === "thinking" && !issued.has(block.signature))
              faults.push(`messages.${i}: Invalid signature in thinking block`);
            const own = /^toolu_anthropic_(\d+)$/.exec(String(block.id))?.[1];
            if (own !== undefined && list(content)[at - 1]?.signature !== signature(Number(own)))
              faults.push(`messages.${i}: ${String(block.id)} without the thinking that led to it`);
          }
        return faults;
      },
      isAnswerDue: (body) => list(list(body.messages).at(-1)?.content)[0]?.type === "tool_result",
      answer(n, call) {
        issued.add(signature(n));
        const usage = { input_tokens: 10, output_tokens: 1 };
        const head = {
          id: `msg_anthropic${n}`,
          type: "message",
          role: "assistant",
          model: "claude-opus-5-5",
          content: [],
        };
        const last = call
          ? [
              { content_block: { type: "tool_use", id: `toolu_anthropic_${n}`, name: "Read", input: {} } },
              { delta: { type: "input_json_delta", partial_json: '{"path":"/b"}' } },
            ]
          : [
              { content_block: { type: "text", text: "" } },
              { delta: { type: "text_delta", text: "anthropic is done" } },
            ];
        return [
          { type: "message_start", message: { ...head, stop_reason: null, stop_sequence: null, usage } },
          { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
          {
            type: "content_block_delta",
            index: 0,
            delta: { type: "thinking_delta", thinking: `anthropic thinks ${n}` },
          },
          { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: signature(n) } },
          { type: "content_block_stop", index: 0 },
          { type: "content_block_start", index: 1, ...last[0] },
          { type: "content_block_delta", index: 1, ...last[1] },
          { type: "content_block_stop", index: 1 },
          {
            type: "message_delta",
            delta: { stop_reason: call ? "tool_use" : "end_turn", stop_sequence: null },
            usage: { output_tokens: 2 },
          },
          { type: "message_stop" },
        ];
      },
      named: true,
    },
    callsAgain,
  );
}

/** DeepSeek's Chat Completions: answers with calls need reasoning, its own word for word. */
export function deepseek(callsAgain: boolean): Vendor {
  return vendor(
    {
      faults(body) {
        const faults = checkChatRequest(body, CHAT_DIALECTS.deepseek);
        for (const [i, { tool_calls: calls, reasoning_content: told }] of list(body.messages).entries())
          for (const { id } of list(calls)) {
            const own = /^call_deepseek_(\d+)$/.exec(String(id))?.[1];
            if (told !== (own === undefined ? "" : `deepseek thinks ${own}`))
              faults.push(`messages.${i}: reasoning_content of ${String(id)} is ${JSON.stringify(told)}`);
          }
        return faults;
      },
      isAnswerDue: (body) => list(body.messages).at(-1)?.role === "tool",
      answer(n, call) {
        const chunk = (delta: Json, finish: string | null = null) => ({
          id: `chatcmpl-${n}`,
          object: "chat.completion.chunk",
          model: "deepseek-flash",
          choices: [{ index: 0, delta, finish_reason: finish }],
        });
        const called = {
          index: 0,
          id: `call_deepseek_${n}`,
          type: "function",
          function: { name: "Read", arguments: '{"path":"/c"}' },
        };
        return [
          chunk({ role: "assistant", reasoning_content: `deepseek thinks ${n}` }),
          chunk(call ? { tool_calls: [called] } : { content: "deepseek is done" }),
          {
            ...chunk({}, call ? "tool_calls" : "stop"),
            usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
          },
        ];
      },
      done: true,
    },
    callsAgain,
  );
}
