/** Which deltas may go into which kind of block (facts: protocols A5). Kinds that are not listed take what comes. */
export const DELTAS_OF: Readonly<Record<string, readonly string[]>> = {
  text: ["text_delta", "citations_delta"],
  thinking: ["thinking_delta", "signature_delta"],
  tool_use: ["input_json_delta"],
  server_tool_use: ["input_json_delta"],
  mcp_tool_use: ["input_json_delta"],
  compaction: ["compaction_delta"],
};

/** Fields that a block's first event must carry for clients to fill, with the values that say nothing. */
export const EMPTY_FIELDS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  text: { text: "" },
  thinking: { thinking: "", signature: "" },
  tool_use: { input: {} },
  server_tool_use: { input: {} },
};

/** Fields of a block's first event that nobody can make up. */
export const NEEDED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  tool_use: ["id", "name"],
  server_tool_use: ["id", "name"],
};
