import type { InboundRequest } from "../anthropic/request.ts";
import type { ClientReply } from "../relay/client-reply.ts";
import type { Logger } from "./log.ts";

/** More than this of a body is not logged, in bytes. */
const MOST_LOGGED = 64 * 1024;

/**
 * With `logging.log_bodies`: tells the log what was asked, and what was answered once that is whole.
 * @returns the reply to go on with
 */
export function logBodies(reply: ClientReply, { raw }: InboundRequest, id: string, log: Logger): ClientReply {
  log.write("info", "request body", { id, bytes: raw.length, body: shown(raw) });
  const parts: Buffer[] = [];
  let bytes = 0;
  const keep = (part: Buffer | string | undefined): void => {
    if (part === undefined) return;
    const piece = Buffer.from(part);
    if (bytes < MOST_LOGGED) parts.push(piece);
    bytes += piece.length;
  };
  return {
    get gone() {
      return reply.gone;
    },
    onGone: (listener) => reply.onGone(listener),
    begin: (status, headers) => reply.begin(status, headers),
    onDrain: (listener) => reply.onDrain(listener),
    write(part) {
      keep(part);
      return reply.write(part);
    },
    end(part) {
      keep(part);
      reply.end(part);
      log.write("info", "answer body", { id, bytes, body: shown(Buffer.concat(parts)) });
    },
  };
}

function shown(body: Buffer): string {
  return body.toString("utf8", 0, MOST_LOGGED);
}
