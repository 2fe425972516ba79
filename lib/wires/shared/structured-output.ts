import type { Quirks } from "../../catalog/types.ts";
import type { BesideMessages } from "./body.ts";
import { outputSchema, type Schema } from "./schema.ts";

/** A wish for structured output, in the form in which the vendor takes one. */
export interface StructuredOutput {
  /** Undefined where no field can say it, or nothing is wished. */
  form: "json_schema" | "json_object" | undefined;
  schema: Schema;
  /** What the vendor's field cannot say, as an instruction to the model. */
  instruction: string | undefined;
}

const NO_WISH: StructuredOutput = { form: undefined, schema: {}, instruction: undefined };

/** `output_config.format`, or its older name `output_format`. */
export function structuredOutput(body: BesideMessages, quirks: Quirks): StructuredOutput {
  const format = body.output_config?.format ?? (body.output_format as { type?: string; schema?: unknown } | undefined);
  if (format?.type !== "json_schema") return NO_WISH;
  const schema = outputSchema(format.schema, quirks.schemaDialect);
  const instruction = `Answer with nothing but a JSON object that matches this JSON schema:\n${JSON.stringify(schema)}`;
  switch (quirks.structuredOutput ?? "json_schema") {
    case "json_schema":
      return { form: "json_schema", schema, instruction: undefined };
    case "json_object":
      return { form: "json_object", schema, instruction };
    case "omit":
      return { form: undefined, schema, instruction };
  }
}
