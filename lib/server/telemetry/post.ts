import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { tunnelTo } from "../../network/tunnel-agent.ts";

export interface PostOptions {
  headers: Readonly<Record<string, string>>;
  /** A collector that is silent for so many ms is given up. */
  patienceMs: number;
}

/** Posts JSON. @throws {Error} when it cannot be delivered, or is not taken */
export function postJson(url: string, value: unknown, { headers, patienceMs }: PostOptions): Promise<void> {
  const body = Buffer.from(JSON.stringify(value));
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      {
        method: "POST",
        agent: tunnelTo(url, { keepAlive: false }) ?? false,
        timeout: patienceMs,
        headers: { ...headers, "content-type": "application/json", "content-length": body.length },
      },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        response.on("end", () => (status < 300 ? resolve() : reject(new Error(`the collector answered ${status}`))));
        response.on("error", reject);
      },
    );
    request.on("timeout", () => request.destroy(new Error(`the collector did not answer within ${patienceMs} ms`)));
    request.on("error", reject);
    request.end(body);
  });
}
