import type { IncomingMessage } from "node:http";

/** Largest request body: Anthropic's own limit. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** How long a client may pause in the middle of its body, and how long the whole of it may take: lines may be slow. */
export const BODY_LIMITS = { pauseMs: 60_000, wholeMs: 600_000 };

/** Thrown when a body is too large, too slow or cut off. */
export class BodyError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "BodyError";
    this.status = status;
  }
}

/**
 * Reads a request's body.
 * @param limits in ms
 * @throws {BodyError} 413 beyond 32 MiB, 408 when it does not come, 400 when it is cut off
 */
export function readBody(request: IncomingMessage, limits = BODY_LIMITS): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > MAX_BODY_BYTES) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    // The request lives as long as its answer, and these listeners hold on to the body.
    const done = (): void => {
      clearTimeout(pause);
      clearTimeout(whole);
      request.off("data", take).off("end", finish).off("close", done).off("error", breakOff).on("error", ignore);
    };
    const fail = (error: BodyError): void => {
      done();
      request.pause();
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      pause.refresh();
      size += chunk.length;
      if (size > MAX_BODY_BYTES) fail(tooLarge());
      else chunks.push(chunk);
    };
    const finish = (): void => {
      done();
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
    };
    const breakOff = (): void => fail(new BodyError(400, "the request's body was cut off"));
    const tooSlow = (): void => fail(new BodyError(408, "the request's body did not come in time"));
    const pause = setTimeout(tooSlow, limits.pauseMs);
    const whole = setTimeout(tooSlow, limits.wholeMs);
    request.on("data", take).on("end", finish).on("error", breakOff).on("close", done);
  });
}

function ignore(): void {
  // A connection that breaks later is the answer's business.
}

function tooLarge(): BodyError {
  return new BodyError(413, "the request is larger than 32 MiB");
}
