import { createHmac } from "node:crypto";

/** The cookie by which the page proves that somebody signed in with `server.admin_token`. */
const NAME = "ccm_session";
/** A month; a new token ends every session at once. */
const MAX_AGE_S = 30 * 86_400;

/** Not the token itself: cookies go to every port of this machine, and the token must not. */
function proofOf(token: string): string {
  return createHmac("sha256", token).update("claude-code-mux page session").digest("base64url");
}

/** For `Set-Cookie`: scripts cannot read it, and no other site can make the browser send it. */
export function sessionCookie(token: string): string {
  return `${NAME}=${proofOf(token)}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${MAX_AGE_S}`;
}

export function endedSessionCookie(): string {
  return `${NAME}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;
}

/**
 * @param header the request's `Cookie`
 * @param same compares in constant time
 */
export function hasSession(
  header: string | undefined,
  token: string,
  same: (a: string, b: string) => boolean,
): boolean {
  const values = (header ?? "").split(";").flatMap((pair) => {
    const [name = "", value = ""] = pair.trim().split("=");
    return name === NAME ? [value] : [];
  });
  return values.some((value) => same(value, proofOf(token)));
}
