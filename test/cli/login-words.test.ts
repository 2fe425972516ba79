import { expect, test } from "vitest";
import { loginTrouble } from "../../lib/cli/login-words.ts";

test("a login of ours that has ended is mended here; of Google's own credentials the test tells what is missing", () => {
  const login = { state: "needs_login", message: "There are none. Run gcloud." };
  expect(loginTrouble({ name: "plan", type: "anthropic", login })).toEqual({
    what: "the login has ended: There are none. Run gcloud.",
    mend: "run ccmctl login plan",
  });
  expect(loginTrouble({ name: "vertex", type: "vertex-ai", login })).toEqual({
    what: "no token from Google",
    mend: "ccmctl providers test vertex says why",
  });
});
