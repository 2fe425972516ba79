import { createHash, randomBytes } from "node:crypto";

/** 32 random bytes in 43 characters: a state, a nonce, or a PKCE verifier (RFC 7636, section 4.1). Never one for another. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

/** The S256 challenge of a verifier (RFC 7636, section 4.2). */
export function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier, "ascii").digest("base64url");
}
