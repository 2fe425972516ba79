import { flowOf, LOGINS, type LoginFlow, loginFacts } from "../../catalog/logins.ts";
import type { Provider } from "../../config/settings.ts";
import type { Credentials } from "../../credentials/credentials.ts";
import type { LoginView, TermsView } from "../admin/views.ts";

/**
 * Who is signed in at a provider, for people; holds no secret.
 * @returns undefined for providers that are reached with a key, or with nothing
 */
export function loginView(provider: Provider, credentials: Credentials): LoginView | undefined {
  const usage = credentials.usageOf(provider.name);
  switch (provider.authType) {
    case "oauth":
      return { ...oauthView(provider, credentials), ...(usage && { usage }) };
    case "passthrough":
      return { state: "passed_through", label: "the login of Claude Code itself", ...(usage && { usage }) };
    case "adc": {
      const message = credentials.adcTrouble(provider);
      return {
        state: message === undefined ? "ok" : "needs_login",
        label: "Google's application default credentials",
        ...(message !== undefined && { message }),
      };
    }
    default:
      return undefined;
  }
}

function oauthView(provider: Provider, { loadedLogins }: Credentials): LoginView {
  const standing = loadedLogins?.standing(provider);
  const flow = standing?.record?.flow ?? flowOf(provider.type.id, provider.oauth.flow);
  const label = flow ? LOGINS[flow].label : provider.type.label;
  const { record, missing, trouble } = standing ?? {};
  const { email, plan } = record?.account ?? {};
  const from = provider.oauth.from;
  const isOff = flow !== undefined && "offByDefault" in LOGINS[flow] && provider.oauth.enabled !== true;
  return {
    state: isOff && !record ? "off" : (missing?.why ?? (standing ? "ok" : "signed_out")),
    label,
    ...(email !== undefined && { email }),
    ...(plan !== undefined && { plan }),
    ...(record && Number.isFinite(record.expires_at) && { expires_at: record.expires_at }),
    ...(trouble !== undefined && { message: trouble }),
    ...(from !== undefined && { from }),
    ...(flow && { terms: termsView(flow), ...elsewhere(flow) }),
  };
}

/** The way for a machine that no browser can come back to: a code that the vendor shows, or one that it asks for. */
function elsewhere(flow: LoginFlow): Pick<LoginView, "elsewhere"> {
  if (loginFacts(flow).type !== LOGINS.codex.type)
    return loginFacts(flow).codePage === undefined ? {} : { elsewhere: { method: "paste", label: LOGINS[flow].label } };
  const terms = flow === "codex" ? {} : { terms: termsView("codex") };
  return { elsewhere: { method: "device", label: LOGINS.codex.label, ...terms } };
}

export function termsView(flow: LoginFlow): TermsView {
  const { asOf, text, source, manage } = LOGINS[flow].terms;
  return { as_of: asOf, text, source, manage };
}
