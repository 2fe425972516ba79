import type { MessagesBody } from "../../anthropic/types.ts";
import type { Quirks } from "../../catalog/types.ts";
import { allowsStrict, outputSchema } from "../shared/schema.ts";

/** A wish for structured output. */
interface StructuredOutput {
  fields: Record<string, unknown>;
  /** What the vendor's field cannot say, as an instruction to the model. */
  instruction: string | undefined;
}

/**
 * `output_config.format` (or its older name `output_format`) as `response_format`.
 * @see https://platform.openai.com/docs/api-reference/chat/create#chat-create-response_format
 */
export function structuredOutput(body: MessagesBody, quirks: Quirks): StructuredOutput {
  const format = body.output_config?.format ?? (body.output_format as { type?: string; schema?: unknown } | undefined);
  if (format?.type !== "json_schema") return { fields: {}, instruction: undefined };
  const schema = outputSchema(format.schema, quirks.schemaDialect);
  const instruction = `Answer with nothing but a JSON object that matches this JSON schema:\n${JSON.stringify(schema)}`;
  switch (quirks.structuredOutput ?? "json_schema") {
    case "json_schema": {
      const json_schema = { name: "output", schema, strict: allowsStrict(schema) };
      return { fields: { response_format: { type: "json_schema", json_schema } }, instruction: undefined };
    }
    case "json_object":
      return { fields: { response_format: { type: "json_object" } }, instruction };
    case "omit":
      return { fields: {}, instruction };
  }
}
