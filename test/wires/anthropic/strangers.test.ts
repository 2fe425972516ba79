import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRequest } from "../../../lib/anthropic/request.ts";
import { mayHoldStrangers } from "../../../lib/wires/anthropic/history.ts";

function mayHold(block: string): boolean {
  const text = `{"model":"m","messages":[{"role":"assistant","content":[${block}]}]}`;
  return mayHoldStrangers(readRequest(Buffer.from(text), {}));
}

describe("what another vendor has made", () => {
  const space = fc.string({ unit: fc.constantFrom(" ", "\n", "\t", "\r"), maxLength: 4 });

  it.each(["signature", "encrypted_content", "encrypted_index"])("is known by an empty %s", (field) => {
    fc.assert(
      fc.property(space, space, (before, behind) => {
        expect(mayHold(`{"type":"thinking","${field}"${before}:${behind}""}`)).toBe(true);
      }),
    );
  });

  it.each([
    ["thinking that is not shown", '{"type":"thinking","thinking":"","signature":"abc"}'],
    ["a tool's empty argument", '{"type":"tool_use","id":"t","name":"Edit","input":{"new_string":"","signature":"x"}}'],
    ["a field of another name", '{"type":"thinking","my_signature":"","thinking":""}'],
    ["a text about it", '{"type":"text","text":"\\"signature\\":\\"\\"","citations":""}'],
    ["a list of empty texts", '{"type":"tool_use","id":"t","name":"A","input":["signature","", ""]}'],
  ])("is not seen in %s", (_what, block) => {
    expect(mayHold(block)).toBe(false);
  });

  it("is known by what was packed into a signature", () => {
    expect(mayHold('{"type":"thinking","thinking":"a","signature":"ccm1.abc"}')).toBe(true);
  });
});
