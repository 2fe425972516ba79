import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LOGINS } from "../../lib/catalog/logins.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/oauth.md"), "utf8").replace(/\s+/g, " ");

it.each(Object.entries(LOGINS))(
  "docs/oauth.md says of %s what the user is shown before signing in",
  (_flow, { terms }) => {
    expect(page).toContain(terms.text);
    expect(page).toContain(`(as of ${terms.asOf}`);
  },
);
