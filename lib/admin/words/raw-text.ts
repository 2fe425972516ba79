/** What travelled, as it can be read. Pure. */

/** JSON with its lines; an image's data is only hinted at. What is no JSON stays as it is. */
export function readable(text: string): string {
  try {
    const hint = (key: string, value: unknown) =>
      key === "data" && typeof value === "string" && value.length > 80
        ? `${value.slice(0, 40)}… (${value.length} characters)`
        : value;
    return JSON.stringify(JSON.parse(text, hint), null, 2);
  } catch {
    return text;
  }
}

export function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}
