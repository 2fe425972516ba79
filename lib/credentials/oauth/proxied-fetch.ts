/**
 * Node's own fetch knows of no proxy. Where one is on the way, requests to authorization servers are sent by Node's older client.
 * @module
 */
import { Readable } from "node:stream";
import { proxyFor } from "../../network/proxy.ts";

/** The fetch for a URL. */
export function fetchFor(url: string): typeof fetch {
  return proxyFor(url) ? proxiedFetch : fetch;
}

const proxiedFetch: typeof fetch = async (input, init) => {
  const { url, method, headers, signal, body } = new Request(input, init);
  const bytes = body ? Buffer.from(await new Response(body).arrayBuffer()) : undefined;
  const [{ request }, { tunnelTo }] = await Promise.all([
    import("node:https"),
    import("../../network/tunnel-agent.ts"),
  ]);
  const agent = tunnelTo(url, { keepAlive: false });
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: Object.fromEntries(headers), signal, ...(agent && { agent }) });
    outgoing.on("response", (answer) => {
      const status = answer.statusCode ?? 0;
      if (status >= 300 && status < 400 && answer.headers.location !== undefined) {
        outgoing.destroy();
        return reject(new TypeError("unexpected redirect"));
      }
      const empty = status === 204 || status === 304;
      resolve(
        new Response(empty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), {
          status,
          headers: Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
            values.map((value): [string, string] => [name, value]),
          ),
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(bytes);
  });
};
