import type { InboundRequest } from "../../anthropic/request.ts";
import type { Target, UpstreamRequest } from "../wire.ts";
import { quirksOf } from "./quirks.ts";

declare const CCM_VERSION: string;

/** A request but for its body. @param stream whether events are wanted instead of one document */
export function jsonPost(
  inbound: InboundRequest,
  { type, model }: Target,
  url: string,
  stream: boolean,
): Pick<UpstreamRequest, "method" | "url" | "headers"> {
  return {
    method: "POST",
    url,
    headers: {
      "content-type": "application/json",
      accept: stream ? "text/event-stream" : "application/json",
      "accept-encoding": "identity",
      "user-agent": userAgent(inbound, quirksOf(type, model).clientUserAgent),
    },
  };
}

/**
 * Who we say we are. Some vendors serve known coding agents only and then get the client's own name; a request without
 * any is refused by gateways in front of others.
 */
function userAgent(inbound: InboundRequest, passClients: boolean | undefined): string {
  const own = inbound.headers["user-agent"];
  return passClients && own !== undefined ? own : `claude-code-mux/${CCM_VERSION}`;
}
