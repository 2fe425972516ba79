import type { IncomingMessage } from "node:http";

/** Largest request body: Anthropic's own limit. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** How long a client may take to send its body. */
const BODY_TIMEOUT_MS = 60_000;

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
 * @throws {BodyError} 413 beyond 32 MiB, 408 when it does not come, 400 when it is cut off
 */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > MAX_BODY_BYTES) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timeout = setTimeout(
      () => fail(new BodyError(408, "the request's body did not come in time")),
      BODY_TIMEOUT_MS,
    );
    const fail = (error: BodyError): void => {
      clearTimeout(timeout);
      request.removeAllListeners("data");
      request.pause();
      reject(error);
    };
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) fail(tooLarge());
      else chunks.push(chunk);
    });
    request.on("end", () => {
      clearTimeout(timeout);
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size));
      chunks.length = 0; // the request, and with it these listeners, lives as long as its answer
    });
    request.on("error", () => fail(new BodyError(400, "the request's body was cut off")));
    request.on("close", () => clearTimeout(timeout));
  });
}

function tooLarge(): BodyError {
  return new BodyError(413, "the request is larger than 32 MiB");
}
