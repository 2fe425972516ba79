/** What a user has pasted, taken apart. */
export interface Pasted {
  code?: string;
  state?: string;
  /** Sign in with ChatGPT: the client that was issued to this installation. */
  clientId?: string;
  error?: string;
  errorDescription?: string;
  /** Origin and path, where a whole address was pasted. */
  address?: string;
}

/**
 * Reads what people paste when asked for a code: the whole address that the browser ended at, its query alone,
 * `code#state`, or the bare code; with quotes, blanks and line breaks that terminals and mail programs add.
 * @returns undefined when there is nothing in it that could be a code
 */
export function parsePaste(text: string): Pasted | undefined {
  const joined = text.replace(/^[\s"'`<([]+|[\s"'`>)\].,]+$/g, "").replace(/\s*[\r\n]+\s*/g, "");
  const address = /https?:\/\/[^\s"'`<>]+/i.exec(joined)?.[0];
  if (address !== undefined) return URL.canParse(address) ? fromUrl(new URL(address)) : undefined;
  const query = /(?:^|[?&])(?:code|error)=\S+/.exec(joined)?.[0];
  if (query !== undefined) return fromQuery(new URLSearchParams(query.replace(/^[?&]/, "")));
  const bare = joined.replace(/\s*#\s*/, "#");
  if (!/^[\w.~/+=%-]+(?:#[\w.~/+=%-]*)?$/.test(bare)) return undefined;
  const [code = "", state = ""] = bare.split("#");
  return { ...(code !== "" && { code }), ...(state !== "" && { state }) };
}

function fromUrl(url: URL): Pasted {
  return { ...fromQuery(url.searchParams), address: `${url.origin}${url.pathname}` };
}

/** @param params of a callback (RFC 6749, section 4.1.2) */
export function fromQuery(params: URLSearchParams): Pasted {
  const read = (name: string): string | undefined => params.get(name) || undefined;
  const [code, tail] = (read("code") ?? "").split("#");
  const state = read("state") ?? tail;
  const [clientId, error, errorDescription] = [read("client_id"), read("error"), read("error_description")];
  return {
    ...(code && { code }),
    ...(state && { state }),
    ...(clientId !== undefined && { clientId }),
    ...(error !== undefined && { error }),
    ...(errorDescription !== undefined && { errorDescription }),
  };
}
