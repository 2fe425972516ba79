import type { Quirks } from "./types.ts";

/** What is known of one way to sign in to a vendor. Every address can be overridden by a provider's `oauth`. */
export interface LoginFacts {
  label: string;
  vendor: string;
  /** Catalogue id of the provider type that it opens. */
  type: string;
  authorizeUrl: string;
  tokenUrl: string;
  /** How the token endpoint wants its parameters. */
  encoding: "json" | "form";
  revokeUrl?: string;
  /** The same for the revocation endpoint, where it differs. */
  revokeEncoding?: "json" | "form";
  /** A new sign-in leaves the old one alive, so that it has to be revoked. */
  revokesSuperseded?: boolean;
  /** Where the keys are that sign its id tokens, and who signs. */
  jwksUrl?: string;
  issuer?: string;
  /** What tells the name of the account. */
  profileUrl?: string;
  device?: { codeUrl: string; tokenUrl: string; verifyUrl: string; redirectUri: string };
  clientId: string;
  scopes: readonly string[];
  /** Where the browser is sent back to. Ports in the order in which they are tried; 0 is any. */
  callback: { host: "localhost" | "127.0.0.1"; path: string; ports: readonly number[] };
  /** The vendor's own page that shows the code, for machines without a browser. */
  codePage?: string;
  /** Only the whole address of the callback may be pasted: it holds more than the code. */
  pasteWholeUrl?: boolean;
  /** How long before its end a token is refreshed, in ms. */
  refreshAheadMs: number;
  /** Codes of the token endpoint that mean: sign in again. In lower case. */
  terminal: readonly string[];
  /** A 401 of the token endpoint means the same, whatever its code. */
  terminal401?: boolean;
  /** Words of the token endpoint that mean: the vendor, or an administrator, has shut this account out. */
  blocked?: RegExp;
  /** Base URL of the API for its tokens, where it is not the provider type's own. */
  apiBase?: string;
  /** How that API departs from what the provider type does for keys. */
  quirks?: Quirks;
  /** Off unless `oauth.enabled = true`; the reason is in the terms. */
  offByDefault?: boolean;
  /** The vendor's published terms on programs like this one, in plain words, to be read before signing in. */
  terms: { asOf: string; text: string; source: string; manage: string };
}

/** Fields that a plan's backend refuses, and what else it wants otherwise than the API for keys. */
const CHATGPT_PLAN: Quirks = {
  streamOnly: true,
  // Nothing may be stored there.
  settings: ["service_tier", "verbosity"],
  forbiddenFields: [
    "background",
    "conversation",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "previous_response_id",
    "prompt",
    "prompt_cache_retention",
    "safety_identifier",
    "temperature",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
  ],
};

/** Every way to sign in, in the order in which they are offered. */
export const LOGINS = {
  claude: {
    label: "Claude Pro or Max",
    vendor: "Anthropic",
    type: "anthropic",
    authorizeUrl: "https://claude.ai/oauth/authorize",
    tokenUrl: "https://platform.claude.com/v1/oauth/token",
    encoding: "json",
    revokeUrl: "https://platform.claude.com/v1/oauth/token/revoke",
    profileUrl: "https://api.anthropic.com/api/oauth/profile",
    clientId: "9d1c250a-e61b-44d9-88ed-5944d1962f5e",
    scopes: ["user:profile", "user:inference"],
    callback: { host: "localhost", path: "/callback", ports: [0] },
    codePage: "https://platform.claude.com/oauth/code/callback",
    refreshAheadMs: 15 * 60_000,
    terminal: ["invalid_grant", "invalid_refresh_token"],
    blocked: /not allowed for this organization|organization has been disabled/i,
    terms: {
      asOf: "May 2026",
      text:
        "Anthropic's published terms (February 2026, revised by May 2026) reserve Claude.ai sign-in for Claude Code and " +
        "Anthropic's own apps. A sign-in that this proxy owns may breach them, may be billed as extra usage, and may be " +
        'cut off without notice. Recommended instead: stay signed in inside Claude Code and let the proxy pass that login through (auth_type = "passthrough"), or use an API key.',
      source: "https://code.claude.com/docs/en/legal-and-compliance",
      manage: "https://claude.ai/settings",
    },
  },
  chatgpt: {
    label: "Sign in with ChatGPT",
    vendor: "OpenAI",
    type: "openai",
    authorizeUrl: "https://auth.openai.com/api/accounts/authorize",
    tokenUrl: "https://auth.openai.com/api/accounts/oauth/token",
    encoding: "form",
    revokeUrl: "https://auth.openai.com/api/accounts/oauth/revoke",
    jwksUrl: "https://auth.openai.com/.well-known/jwks.json",
    issuer: "https://auth.openai.com",
    clientId: "dynamic_agent_client",
    scopes: ["openid", "profile", "email", "offline_access", "resource.invoke", "chatgpt.tokens.use.direct"],
    callback: { host: "127.0.0.1", path: "/auth/callback", ports: [1455, 0] },
    pasteWholeUrl: true,
    refreshAheadMs: 5 * 60_000,
    terminal: [
      "invalid_grant",
      "invalid_refresh_token",
      "token_expired",
      "refresh_token_expired",
      "refresh_token_invalidated",
      "refresh_token_reused",
    ],
    quirks: { ...CHATGPT_PLAN, toolsInInput: true },
    terms: {
      asOf: "September 2026",
      text:
        "Sign in with ChatGPT is OpenAI's own way for open-source tools (a preview since 29 September 2026). It shares " +
        "your plan's limits; you can cap it in ChatGPT's settings. OpenAI may change or end the preview.",
      source: "https://developers.openai.com/siwc/token-sharing-open-source",
      manage: "https://chatgpt.com/settings/usage",
    },
  },
  codex: {
    label: "ChatGPT Plus or Pro, as the Codex CLI does it",
    vendor: "OpenAI",
    type: "openai",
    authorizeUrl: "https://auth.openai.com/oauth/authorize",
    tokenUrl: "https://auth.openai.com/oauth/token",
    encoding: "form",
    revokeUrl: "https://auth.openai.com/oauth/revoke",
    revokeEncoding: "json",
    revokesSuperseded: true,
    device: {
      codeUrl: "https://auth.openai.com/api/accounts/deviceauth/usercode",
      tokenUrl: "https://auth.openai.com/api/accounts/deviceauth/token",
      verifyUrl: "https://auth.openai.com/codex/device",
      redirectUri: "https://auth.openai.com/deviceauth/callback",
    },
    clientId: "app_EMoamEEZ73f0CkXaXp7hrann",
    scopes: ["openid", "profile", "email", "offline_access"],
    // The vendor lets no other port through.
    callback: { host: "localhost", path: "/auth/callback", ports: [1455, 1457] },
    refreshAheadMs: 24 * 3_600_000,
    terminal: ["refresh_token_expired", "refresh_token_reused", "refresh_token_invalidated", "invalid_grant"],
    terminal401: true,
    apiBase: "https://chatgpt.com/backend-api/codex",
    quirks: { ...CHATGPT_PLAN, instructionsPlaceholder: "You are a helpful assistant." },
    terms: {
      asOf: "November 2026",
      text:
        "The Codex CLI's sign-in is not documented for other programs and is superseded by Sign in with ChatGPT. It shares " +
        "your plan's limits and may lose models, or stop, without notice.",
      source: "https://developers.openai.com/siwc/token-sharing-open-source",
      manage: "https://chatgpt.com/settings",
    },
  },
  google: {
    label: "Google Code Assist",
    vendor: "Google",
    type: "gemini",
    authorizeUrl: "https://accounts.google.com/o/oauth2/v2/auth",
    tokenUrl: "https://oauth2.googleapis.com/token",
    encoding: "form",
    revokeUrl: "https://oauth2.googleapis.com/revoke",
    profileUrl: "https://www.googleapis.com/oauth2/v2/userinfo",
    clientId: "681255809395-oo8ft2oprdrnp9e3aqf6av3hmdib135j.apps.googleusercontent.com",
    scopes: [
      "https://www.googleapis.com/auth/cloud-platform",
      "https://www.googleapis.com/auth/userinfo.email",
      "https://www.googleapis.com/auth/userinfo.profile",
    ],
    callback: { host: "127.0.0.1", path: "/oauth2callback", ports: [0] },
    codePage: "https://codeassist.google.com/authcode",
    refreshAheadMs: 5 * 60_000,
    terminal: ["invalid_grant", "invalid_rapt"],
    apiBase: "https://cloudcode-pa.googleapis.com",
    quirks: { codeAssist: true },
    offByDefault: true,
    terms: {
      asOf: "June 2026",
      text:
        "Since 18 June 2026 personal Google accounts (free, AI Pro, AI Ultra) cannot be used this way; only Code Assist " +
        "Standard and Enterprise licences can. Google calls the use of this sign-in by other programs a violation of its " +
        "terms, and has blocked accounts for it. Use a Gemini API key or Vertex AI instead.",
      source: "https://geminicli.com/docs/resources/tos-privacy",
      manage: "https://myaccount.google.com/connections",
    },
  },
} as const satisfies Readonly<Record<string, LoginFacts>>;

export type LoginFlow = keyof typeof LOGINS;

/** The same, seen as any of them. */
export function loginFacts(flow: LoginFlow): LoginFacts {
  return LOGINS[flow];
}

/** How a provider of this type is signed in to. @param wanted `oauth.flow` of the configuration */
export function flowOf(type: string, wanted: "chatgpt" | "codex" | undefined): LoginFlow | undefined {
  if (type === "openai") return wanted ?? "chatgpt";
  return (Object.keys(LOGINS) as LoginFlow[]).find((flow) => LOGINS[flow].type === type);
}

/** Was this way to sign in made for that type of provider? */
export function opensType(flow: LoginFlow, type: string): boolean {
  return LOGINS[flow].type === type;
}
