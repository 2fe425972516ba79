import type { Readable } from "node:stream";
import type { Failure } from "../catalog/failure-reasons.ts";
import type { Timers } from "./timers.ts";
import { type Call, CallFailed, transportFailure } from "./upstream.ts";

export interface CollectOptions {
  call: Call;
  timers: Timers;
  /** Longest silence, in ms. */
  idleMs: number;
  /** Most bytes that are read. */
  limit: number;
  /** Error bodies are good for something even when they are cut off or too long; answers are not. */
  partial: boolean;
}

/** Reads a body to its end. @throws {CallFailed} */
export function collect(body: Readable, { call, timers, idleMs, limit, partial }: CollectOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let settled = false;
    const give = (failure: Failure): void => {
      if (settled) return;
      settled = true;
      silence.cancel();
      if (partial && size > 0) resolve(Buffer.concat(chunks));
      else reject(new CallFailed(failure));
    };
    const silence = timers.after(idleMs, () => {
      call.abort();
      give({ reason: "too_slow", message: `silent for ${idleMs} ms` });
    });
    body.on("data", (chunk: Buffer) => {
      silence.move(idleMs);
      size += chunk.length;
      chunks.push(chunk);
      if (size <= limit) return;
      call.abort();
      give({ reason: "bad_answer", message: `the answer is larger than ${limit} bytes` });
    });
    body.on("end", () => {
      settled = true;
      silence.cancel();
      resolve(Buffer.concat(chunks));
    });
    body.on("error", (error: NodeJS.ErrnoException) => give(transportFailure(error, true)));
    body.on("close", () => give({ reason: "truncated", message: "the answer was cut off" }));
  });
}
