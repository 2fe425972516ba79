import { describe, expect, it } from "vitest";
import type { MessagesBody } from "../../../lib/anthropic/types.ts";
import { EFFORTS } from "../../../lib/catalog/types.ts";
import { clampEffort, requestedEffort } from "../../../lib/wires/shared/effort.ts";
import { familyOf } from "../../../lib/wires/shared/families.ts";

const body = (more: Partial<MessagesBody>): MessagesBody => ({ model: "m", messages: [], ...more });
const said = (effort: unknown) => ({ role: "system" as const, content: [], output_config: { effort } });

describe("the effort that a client asks for", () => {
  it.each([
    ["nothing", body({}), undefined],
    ["thinking off", body({ thinking: { type: "disabled" } }), "none"],
    [
      "thinking off, with an effort for the answer",
      body({ thinking: { type: "disabled" }, output_config: { effort: "high" } }),
      "none",
    ],
    ["an effort", body({ output_config: { effort: "xhigh" } }), "xhigh"],
    [
      "an effort that does not exist yet",
      body({ thinking: { type: "adaptive" }, output_config: { effort: "ultra" } }),
      "high",
    ],
    ["adaptive thinking", body({ thinking: { type: "adaptive" } }), "high"],
    ["thinking between tools only", body({ thinking: { type: "between_tools" } }), "low"],
    [
      "an effort and a budget",
      body({ thinking: { type: "enabled", budget_tokens: 2000 }, output_config: { effort: "max" } }),
      "max",
    ],
    [
      "an effort inside a message",
      body({ messages: [said("low"), said("max")], output_config: { effort: "high" } }),
      "max",
    ],
    ["the last message without one", body({ messages: [said("low"), said(null)] }), "low"],
  ])("%s", (_what, request, effort) => {
    expect(requestedEffort(request)).toBe(effort);
  });

  it.each([
    [512, "minimal"],
    [513, "low"],
    [1024, "low"],
    [8192, "medium"],
    [24_576, "high"],
    [24_577, "xhigh"],
    [127_999, "xhigh"],
  ])("a budget of %d tokens is %s", (budget_tokens, effort) => {
    expect(requestedEffort(body({ thinking: { type: "enabled", budget_tokens } }))).toBe(effort);
  });
});

describe("the effort that a model gets", () => {
  it("is the same where the model has it", () => {
    for (const effort of EFFORTS) expect(clampEffort(effort, EFFORTS)).toBe(effort);
  });

  it("is else the nearest lower one that thinks, else the lowest", () => {
    expect(clampEffort("max", ["low", "medium"])).toBe("medium");
    expect(clampEffort("minimal", ["none", "low", "high"])).toBe("low");
    expect(clampEffort("low", ["none", "high"])).toBe("high");
  });

  it("is the least there is for a model that cannot be stopped from thinking", () => {
    expect(clampEffort("none", ["minimal", "low"])).toBe("minimal");
    expect(clampEffort("none", ["low", "high"])).toBe("low");
  });

  it("follows the model's own words for levels that it lacks", () => {
    expect(clampEffort("medium", ["low", "high"], { medium: "high" })).toBe("high");
    expect(clampEffort("high", ["low", "high"], { high: "low" })).toBe("high");
  });

  it("is none at all for a model without levels, or with nothing but `none`", () => {
    expect(clampEffort("high", [])).toBeUndefined();
    expect(clampEffort("high", ["none"])).toBeUndefined();
  });
});

describe("families", () => {
  it.each([
    ["openai/gpt-5", "gpt-5"],
    ["gpt-5-mini-2025-08-07", "gpt-5"],
    ["openai/gpt-oss-120b", "gpt-oss-20b"],
    ["accounts/fireworks/models/glm-5p2", "zai-org/GLM-5.2"],
    ["moonshotai/Kimi-K3", "kimi-k3"],
  ])("%s is of the family of %s", (one, other) => {
    expect(familyOf(one)).toBeDefined();
    expect(familyOf(one)).toBe(familyOf(other));
  });

  it("tell versions apart, and know what they do not know", () => {
    expect(familyOf("gpt-5.1")).not.toBe(familyOf("gpt-5"));
    expect(familyOf("gpt-5.6-terra")?.efforts).toContain("max");
    expect(familyOf("gpt-4o")).toBeUndefined();
    expect(familyOf("llama-3.3-70b")).toBeUndefined();
  });
});
