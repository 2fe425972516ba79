import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { tunnelTo } from "../../network/tunnel-agent.ts";

const TIMEOUT_MS = 10_000;

/** Posts JSON. @throws {Error} when it cannot be delivered, or is not taken */
export function postJson(url: string, headers: Readonly<Record<string, string>>, value: unknown): Promise<void> {
  const body = Buffer.from(JSON.stringify(value));
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      {
        method: "POST",
        agent: tunnelTo(url, { keepAlive: false }) ?? false,
        timeout: TIMEOUT_MS,
        headers: { ...headers, "content-type": "application/json", "content-length": body.length },
      },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        response.on("end", () => (status < 300 ? resolve() : reject(new Error(`the collector answered ${status}`))));
        response.on("error", reject);
      },
    );
    request.on("timeout", () => request.destroy(new Error(`the collector did not answer within ${TIMEOUT_MS} ms`)));
    request.on("error", reject);
    request.end(body);
  });
}
