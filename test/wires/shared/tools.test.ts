import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRequest } from "../../../lib/anthropic/request.ts";
import { packCarrier, readCarrier } from "../../../lib/wires/shared/carrier.ts";
import { quirksOf } from "../../../lib/wires/shared/quirks.ts";
import { ClientToolIds, upstreamToolIds } from "../../../lib/wires/shared/tool-ids.ts";
import { sortTools } from "../../../lib/wires/shared/tool-list.ts";
import { clientToolName, toolNames, upstreamToolName } from "../../../lib/wires/shared/tool-names.ts";
import { ToolsCache } from "../../../lib/wires/shared/tools-cache.ts";
import { target } from "../openai-chat/support.ts";

describe("tool names", () => {
  it("are legal for every upstream, stay apart, and lead back", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 120, unit: "grapheme" }), { maxLength: 10 }),
        (names) => {
          const upstream = names.map(upstreamToolName);
          for (const name of upstream) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
          expect(new Set(upstream).size).toBe(names.length);
          expect(upstream.map((name) => clientToolName(name, toolNames(names)))).toEqual(names);
        },
      ),
    );
  });

  it("that are legal stay as they are", () => {
    expect(upstreamToolName("mcp__server__do-it")).toBe("mcp__server__do-it");
  });

  it("lose a namespace that the model put before them, unless it is part of a name", () => {
    const names = toolNames(["Read", "a.Read"]);
    expect(clientToolName("default_api:Read", names)).toBe("Read");
    expect(clientToolName("default_api.Read", names)).toBe("Read");
    expect(clientToolName("default_api:Nothing", names)).toMatch(/^default_api_Nothing_[0-9a-f]{8}$/); // Claude refuses colons
    expect(clientToolName("Nothing", names)).toBe("Nothing");
  });
});

describe("tool ids", () => {
  it("for the upstream are legal and always the same", () => {
    const make = upstreamToolIds();
    for (const id of ["toolu_01ABC", "x".repeat(40)]) expect(make(id, "Read")).toBe(id);
    for (const id of ["x".repeat(41), "functions.Bash:0", "a|b", ""]) {
      expect(make(id, "Read")).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
      expect(upstreamToolIds()(id, "Read")).toBe(make(id, "Read"));
    }
    expect(upstreamToolIds("alnum9")("abc123XYZ", "Read")).toBe("abc123XYZ");
    const kimi = upstreamToolIds("kimi");
    expect([kimi("a", "Read"), kimi("b", "Bash")]).toEqual(["functions.Read:0", "functions.Bash:1"]);
  });

  it("for the client are legal and new to the conversation", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 70 }), { maxLength: 8 }),
        fc.array(fc.string({ maxLength: 5 })),
        (ids, history) => {
          const maker = new ClientToolIds(history);
          const made = ids.map((id) => maker.make(id, "response"));
          for (const id of made) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
          expect(new Set([...history, ...made]).size).toBe(new Set(history).size + made.length);
        },
      ),
    );
  });
});

describe("the tool list", () => {
  it("keeps the order, and of two tools with one name the first", () => {
    const tools = [{ name: "b" }, { name: "a", description: "first" }, { name: "a", description: "second" }];
    expect(sortTools(tools).functions.map(({ name, description }) => [name, description])).toEqual([
      ["b", undefined],
      ["a", "first"],
    ]);
  });
});

describe("the tools cache", () => {
  const request = (tools: unknown) => readRequest(Buffer.from(JSON.stringify({ model: "m", messages: [], tools })), {});

  it("converts the same bytes once for the same purpose", () => {
    let converted = 0;
    const cache = new ToolsCache((tools) => ({ names: tools.map(({ name }) => name), number: ++converted }), 2);
    const [one, other] = [{}, {}];
    const first = cache.get(request([{ name: "a" }]), one);
    expect(cache.get(request([{ name: "a" }]), one)).toBe(first);
    expect(cache.get(request([{ name: "a" }]), other)).not.toBe(first);
    expect(cache.get(request([{ name: "b" }]), one).names).toEqual(["b"]);
    expect(converted).toBe(3);
    expect(cache.get(request([{ name: "a" }]), one).number).toBe(4);
  });

  it("takes a request without tools", () => {
    expect(
      new ToolsCache((tools) => tools.length).get(readRequest(Buffer.from('{"model":"m","messages":[]}'), {}), {}),
    ).toBe(0);
  });
});

describe("the carrier", () => {
  it("brings everything back", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string(),
        fc.option(fc.array(fc.string()), { nil: undefined }),
        (kind, provider, model, data) => {
          const carrier = { kind, provider, model, ...(data !== undefined && { data }) };
          const signature = packCarrier(carrier);
          expect(signature).toMatch(/^ccm1\.[\w-]+$/);
          expect(readCarrier(signature)).toEqual(carrier);
        },
      ),
    );
  });

  it.each(["", "EqQBCgIYAhIk", "ccm1.", "ccm1.bm8ganNvbg", "ccm1.e30", undefined, 7])(
    "takes %j for a stranger's",
    (signature) => {
      expect(readCarrier(signature)).toBeUndefined();
    },
  );
});

describe("quirks of a model", () => {
  it("are the vendor's with those of the model on top, the same object every time", () => {
    const { type } = target({
      topK: true,
      byModel: [
        { models: /^a/, topK: false },
        { models: /b$/, midSystem: true },
      ],
    });
    expect(quirksOf(type, "x")).toBe(type.quirks);
    expect(quirksOf(type, "ab")).toMatchObject({ topK: false, midSystem: true });
    expect(quirksOf(type, "ab")).not.toHaveProperty("models");
    expect(quirksOf(type, "ab")).toBe(quirksOf(type, "ab"));
  });
});
