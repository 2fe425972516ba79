// The package's own types cover its whole; this is the one file of it that we load, without streams and stringifier.
declare module "@iarna/toml/parse-string.js" {
  /** @throws when the text is not TOML 1.0 */
  export default function parseString(text: string): Record<string, unknown>;
}
