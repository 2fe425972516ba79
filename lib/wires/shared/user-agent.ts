import type { InboundRequest } from "../../anthropic/request.ts";

declare const CCM_VERSION: string;

/**
 * Who we say we are. Some vendors serve known coding agents only and then get the client's own name; a request without
 * any is refused by gateways in front of others.
 */
export function userAgent(inbound: InboundRequest, passClients: boolean | undefined): string {
  const own = inbound.headers["user-agent"];
  return passClients && own !== undefined ? own : `claude-code-mux/${CCM_VERSION}`;
}
