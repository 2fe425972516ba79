/** A pair of escapes that is one character, a lone half of such a pair, or any other escape. */
const ESCAPES = /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[dD][89a-fA-F][\da-fA-F]{2}|\\./g;
const LENGTH_OF_HALF = "\\ud83d".length;

/**
 * JSON with the sign for what cannot be read in the place of half characters, which are left where a tool's output is cut off
 * in the middle of an emoji. Strict parsers refuse the whole document for one, in that turn and in all that follow.
 * @returns undefined when there are none
 */
export function withoutHalfCharacters(json: string): string | undefined {
  let has = false;
  const whole = json.replace(ESCAPES, (found) => {
    if (found.length !== LENGTH_OF_HALF) return found;
    has = true;
    return "\\ufffd";
  });
  return has ? whole : undefined;
}
