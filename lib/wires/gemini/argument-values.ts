import type { Schema } from "../shared/schema.ts";
import { type CleanSchema, VALUES } from "./schema.ts";

/**
 * A call's arguments as the client's schema asks for them: where a number or a flag had to be offered to the model as a
 * string, the string becomes what it stands for. Everything else stays as it came.
 */
export function restoreValues(value: unknown, schema: CleanSchema | undefined): unknown {
  if (!schema) return value;
  const values = schema[VALUES];
  if (values) return values.includes(value) ? value : (values.find((one) => JSON.stringify(one) === value) ?? value);
  if (Array.isArray(schema.anyOf)) {
    for (const branch of schema.anyOf as CleanSchema[]) {
      const restored = restoreValues(value, branch);
      if (restored !== value) return restored;
    }
    return value;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => restoreValues(item, schema.items as CleanSchema | undefined));
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  return isObject(value) && isObject(schema.properties) ? restoreProperties(value, schema.properties) : value;
}

function restoreProperties(value: Schema, properties: Schema): Schema {
  let restored = value;
  for (const [name, schema] of Object.entries(properties)) {
    if (!Object.hasOwn(value, name)) continue;
    const property = restoreValues(value[name], schema as CleanSchema);
    if (property === value[name]) continue;
    if (restored === value) restored = { ...value };
    restored[name] = property;
  }
  return restored;
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
