import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { endpointsOf } from "../../lib/credentials/oauth/endpoints.ts";
import { SignIns } from "../../lib/credentials/oauth/sign-ins.ts";
import { settingsOf } from "../support/settings.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

it("a sign-in that nobody comes back to ends after ten minutes, and says so for a while", async () => {
  const { providers } = await settingsOf('[[providers]]\nname = "plan"\ntype = "anthropic"\nauth_type = "oauth"');
  const provider = providers.get("plan");
  if (!provider) throw new Error("no provider");
  const signIns = new SignIns({
    now: () => 0,
    keep: () => Promise.reject(new Error("nothing is to be kept")),
    changed: () => undefined,
    report: () => undefined,
  });
  const endpoints = endpointsOf("claude", {});
  const request = {
    provider,
    endpoints,
    method: "paste",
    clientId: undefined,
    hostId: "",
    acceptedTerms: true,
  } as const;
  const { state, expires_at } = await signIns.begin(request);
  vi.advanceTimersByTime(expires_at - 1);
  expect(signIns.stateOf(state)?.state).toBe("waiting");
  vi.advanceTimersByTime(1);
  expect(signIns.stateOf(state)).toMatchObject({ state: "failed", message: "nobody came back in time; start again" });
  await expect(signIns.paste("plan", `code#${state}`)).rejects.toThrow("it took too long. Start again.");
  expect(await signIns.callback({ code: "code", state })).toMatchObject({ status: 400, title: "Not this sign-in" });
  vi.advanceTimersByTime(5 * 60_000);
  expect(await signIns.callback({ code: "code", state })).toMatchObject({ status: 400 });
});
