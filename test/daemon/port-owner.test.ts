import { type AddressInfo, createServer, type Server } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort, portOwner } from "../../lib/daemon/port-owner.ts";

function listen(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, () => resolve({ server, port: (server.address() as AddressInfo).port }));
  });
}

describe("the owner of a port", () => {
  it.each(["127.0.0.1", "::1"])("is named with its command (%s)", async (host) => {
    const { server, port } = await listen(host);
    try {
      const owner = portOwner(port);
      expect(owner?.pid).toBe(process.pid);
      expect(owner?.command).toContain("node");
    } finally {
      server.close();
    }
    expect(portOwner(port)).toBeUndefined();
  });

  it("makes another port be chosen", async () => {
    const { server, port } = await listen("127.0.0.1");
    try {
      const other = await freePort(port);
      expect(other).not.toBe(port);
      expect(other).toBeGreaterThan(0);
    } finally {
      server.close();
    }
    expect(await freePort(port)).toBe(port);
  });
});
