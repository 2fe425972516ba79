import { providerType } from "../catalog/index.ts";
import type { Health } from "../daemon/health.ts";
import { duration } from "./terminal.ts";

type ProviderHealth = NonNullable<Health["providers"]>[number];
type Login = NonNullable<ProviderHealth["login"]>;

/** What is the matter with a login, and how to mend it; undefined where nothing is that only the user can mend. */
export function loginTrouble({
  name,
  type,
  login,
}: Pick<ProviderHealth, "name" | "type" | "login">): { what: string; mend: string } | undefined {
  const mend = `run ccmctl login ${name}`;
  const why = login?.message === undefined ? "" : `: ${login.message}`;
  switch (login?.state) {
    case "signed_out":
      return { what: "nobody is signed in", mend };
    case "needs_login":
      // Google's own credentials: nobody signs in to them here.
      if (providerType(type)?.authTypes.includes("oauth") === false)
        return { what: "no token from Google", mend: `ccmctl providers test ${name} says why` };
      return { what: `the login has ended${why}`, mend };
    case "blocked":
      return { what: `the vendor has shut the account out${why}`, mend: "use another provider or account" };
    case "off":
      return { what: "this kind of login is switched off", mend: "docs/oauth.md says why, and how to switch it on" };
    default:
      return undefined;
  }
}

/** How much of a plan is used up, e.g. `5h 42 % used, anew in 1 h 20 min; 7d 10 % used`. */
export function usageWords({ windows, overage }: NonNullable<Login["usage"]>, now: number): string {
  const words = windows.map(({ window, used, resets_at }) => {
    const left = resets_at === undefined || resets_at <= now ? "" : `, anew in ${duration((resets_at - now) / 1000)}`;
    return `${window} ${Math.round(used * 100)} % used${left}`;
  });
  return `${words.join("; ")}${overage ? "; beyond the plan, further requests are billed" : ""}`;
}
