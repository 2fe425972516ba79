/**
 * Are these the arguments of a call, whole? `{}` does not count: some vendors send it first and the real object after it.
 */
export function isWhole(json: string): boolean {
  if (!json.trimEnd().endsWith("}") || isEmptyObject(json)) return false;
  return isObject(json);
}

export function isEmptyObject(json: string): boolean {
  return /^\s*\{\s*\}\s*$/.test(json);
}

/**
 * What must be added to make arguments whole that lack nothing but closing brackets; undefined when that would not do.
 * A string that is cut is never closed: a command that lost its end is another command.
 */
export function missingBrackets(json: string): string | undefined {
  const closers: string[] = [];
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (inString) {
      if (char === "\\") i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{") closers.push("}");
    else if (char === "[") closers.push("]");
    else if (char === "}" || char === "]") closers.pop();
  }
  const rest = closers.reverse().join("");
  return !inString && isObject(json + rest) ? rest : undefined;
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
