import type { LoginFlow } from "../../../lib/catalog/logins.ts";

/** What one vendor's authorization server insists on. */
export interface Profile {
  authorizePath: string;
  tokenPath: string;
  revokePath: string;
  encoding: "json" | "form";
  /** Parameters of the authorize request with the values that they must have; undefined: any. */
  authorize: Readonly<Record<string, string | undefined>>;
  /** Parameters of the code exchange beside the usual ones. */
  exchange: readonly string[];
  refresh: readonly string[];
  isRedirect(uri: string): boolean;
  /** A refresh brings a new refresh token, and ends the old one. */
  rotates: boolean;
  /** How a refresh token is refused that was used before, or is unknown. */
  refusal: { status: number; body: object };
}

const INVALID_GRANT = { status: 400, body: { error: "invalid_grant", error_description: "refresh token not found" } };

export const CLIENT_SECRET = "google-client-secret-of-the-test";

export const PROFILES: Readonly<Record<LoginFlow, Profile>> = {
  claude: {
    authorizePath: "/oauth/authorize",
    tokenPath: "/v1/oauth/token",
    revokePath: "/v1/oauth/token/revoke",
    encoding: "json",
    authorize: {
      code: "true",
      client_id: "9d1c250a-e61b-44d9-88ed-5944d1962f5e",
      scope: "user:profile user:inference",
    },
    exchange: ["state"],
    refresh: [],
    isRedirect: (uri) =>
      /^http:\/\/localhost:\d+\/callback$/.test(uri) || uri === "https://platform.claude.com/oauth/code/callback",
    rotates: true,
    refusal: INVALID_GRANT,
  },
  chatgpt: {
    authorizePath: "/api/accounts/authorize",
    tokenPath: "/api/accounts/oauth/token",
    revokePath: "/api/accounts/oauth/revoke",
    encoding: "form",
    authorize: {
      client_id: undefined,
      agent_name_hint: "Claude Code Mux",
      ext_agent_host_id: undefined,
      resource: "https://api.openai.com/v1",
      scope: "openid profile email offline_access resource.invoke chatgpt.tokens.use.direct",
      nonce: undefined,
    },
    exchange: ["resource"],
    refresh: ["resource"],
    isRedirect: (uri) => /^http:\/\/127\.0\.0\.1:\d+\/auth\/callback$/.test(uri),
    rotates: true,
    refusal: { status: 400, body: { error: { code: "refresh_token_reused", message: "used before" } } },
  },
  codex: {
    authorizePath: "/oauth/authorize",
    tokenPath: "/oauth/token",
    revokePath: "/oauth/revoke",
    encoding: "form",
    authorize: {
      client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
      scope: "openid profile email offline_access",
      id_token_add_organizations: "true",
      codex_cli_simplified_flow: "true",
      originator: "claude-code-mux",
    },
    exchange: [],
    refresh: [],
    isRedirect: (uri) => /^http:\/\/(?:localhost|127\.0\.0\.1):(?:1455|1457)\/auth\/callback$/.test(uri),
    rotates: true,
    refusal: {
      status: 401,
      body: { error: { type: "invalid_request_error", code: "refresh_token_reused", message: "already used" } },
    },
  },
  google: {
    authorizePath: "/o/oauth2/v2/auth",
    tokenPath: "/token",
    revokePath: "/revoke",
    encoding: "form",
    authorize: {
      client_id: undefined,
      access_type: "offline",
      prompt: "consent",
      scope:
        "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile",
    },
    exchange: ["client_secret"],
    refresh: ["client_secret"],
    isRedirect: (uri) =>
      /^http:\/\/127\.0\.0\.1:\d+\/oauth2callback$/.test(uri) || uri === "https://codeassist.google.com/authcode",
    rotates: false,
    refusal: INVALID_GRANT,
  },
};
