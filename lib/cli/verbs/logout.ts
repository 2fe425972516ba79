import { adminApi } from "../admin-api.ts";
import { usableConfig } from "../configuration.ts";
import { EXIT } from "../terminal.ts";
import type { VerbContext } from "../verb.ts";
import { loginProvider } from "./login.ts";

export async function run(context: VerbContext): Promise<number> {
  const { terminal, operands } = context;
  const config = await usableConfig(context);
  const { name } = loginProvider(config.settings.providers, operands[0] ?? "");
  const api = await adminApi(context, config);
  const answer = await api.call<{ revoked: boolean; manage?: string }>("POST", "/api/oauth/tokens/delete", {
    provider: name,
  });
  terminal.out(`${terminal.paint.green("✔")} ${terminal.paint.bold(name)} is signed out.`);
  if (answer.revoked) terminal.out("  The vendor has voided the login.");
  else if (answer.manage)
    terminal.out(`  The vendor did not confirm that the login is void; end it here: ${answer.manage}`);
  return EXIT.ok;
}
