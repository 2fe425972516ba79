import { createPublicKey, createSign, createVerify, type JsonWebKey } from "node:crypto";

export type Claims = Readonly<Record<string, unknown>>;

/**
 * The claims of a token that came straight from its issuer; nothing is verified.
 * @returns undefined when it is no JWT
 */
export function readClaims(token: string | undefined): Claims | undefined {
  return readPart(token?.split(".")[1]);
}

/** What an id token must say (OpenID Connect Core, section 3.1.3.7). */
export interface Expected {
  issuer: string;
  audience: string;
  nonce: string;
  /** Epoch ms. */
  now: number;
}

/** Clocks differ. */
const SKEW_S = 300;

/**
 * Verifies an id token that is signed with RS256, and with nothing else.
 * @param keys the issuer's JWKS
 * @returns what is wrong with it; undefined when it is good
 */
export function idTokenFault(token: string, keys: readonly JsonWebKey[], expected: Expected): string | undefined {
  const [head = "", body = "", signature = ""] = token.split(".");
  const header = readPart(head);
  const claims = readPart(body);
  if (!header || !claims) return "it is no JWT";
  if (header.alg !== "RS256") return `it is signed with ${String(header.alg)} instead of RS256`;
  const key = keys.find((each) => each.kid === header.kid && each.kty === "RSA");
  if (!key) return "its issuer does not know the key that signed it";
  const verifier = createVerify("RSA-SHA256").update(`${head}.${body}`);
  const good = verifier.verify(createPublicKey({ key, format: "jwk" }), Buffer.from(signature, "base64url"));
  if (!good) return "its signature is wrong";
  if (claims.iss !== expected.issuer) return "it was issued by somebody else";
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  if (!audiences.includes(expected.audience)) return "it was made for another client";
  if (claims.nonce !== expected.nonce) return "it answers another sign-in";
  if (typeof claims.exp !== "number" || claims.exp + SKEW_S < expected.now / 1000) return "it has expired";
  return undefined;
}

/** A JWT signed with RS256 (RFC 7515). @param key a private key, PEM */
export function signJwt(claims: Claims, key: string, keyId: string | undefined): string {
  const header = { alg: "RS256", typ: "JWT", ...(keyId !== undefined && { kid: keyId }) };
  const content = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${content}.${createSign("RSA-SHA256").update(content).sign(key, "base64url")}`;
}

function readPart(part: string | undefined): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined; // not ours to read; the caller says what that means
  }
}
