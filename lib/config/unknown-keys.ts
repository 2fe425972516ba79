import { didYouMean, type Finding, isRecord, type Path } from "./faults.ts";

/** The parts of a valibot schema that say which keys there are. */
interface SchemaShape {
  type: string;
  entries?: Readonly<Record<string, SchemaShape>>;
  item?: SchemaShape;
  wrapped?: SchemaShape;
}

/**
 * Takes out every key that the schema does not know, and tells of each: the schema's own check would stop at the first of
 * a table.
 * @param value is changed
 */
export function takeUnknownKeys(schema: unknown, value: unknown, at: Path = []): Finding[] {
  const shape = unwrap(schema as SchemaShape);
  if (Array.isArray(value)) {
    const { item } = shape;
    return item ? value.flatMap((entry, index) => takeUnknownKeys(item, entry, [...at, index])) : [];
  }
  const { entries } = shape;
  if (!entries || !isRecord(value)) return [];
  return Object.keys(value).flatMap((key): Finding[] => {
    const known = Object.hasOwn(entries, key) ? entries[key] : undefined;
    if (known) return takeUnknownKeys(known, value[key], [...at, key]);
    delete value[key];
    const hint = didYouMean(key, Object.keys(entries)) || ` Known here: ${Object.keys(entries).join(", ")}.`;
    return [{ at: [...at, key], message: `unknown key.${hint}` }];
  });
}

function unwrap(shape: SchemaShape): SchemaShape {
  return shape.wrapped ? unwrap(shape.wrapped) : shape;
}
