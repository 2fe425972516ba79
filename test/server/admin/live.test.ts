import { expect, test } from "vitest";
import { Journal } from "../../../lib/journal/journal.ts";
import { News } from "../../../lib/server/admin/live.ts";
import { anEntry, aStatus } from "../../page/samples.ts";

/** A server whose health and configuration change when the test says so. */
function aServer() {
  const journal = new Journal();
  const health = new Set<() => void>();
  const config = new Set<() => void>();
  const simulations = new Set<() => void>();
  const follow = (listeners: Set<() => void>) => (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const news = new News({
    journal,
    health: { subscribe: follow(health) },
    onConfigChange: follow(config),
    simulations: { subscribe: follow(simulations) },
    status: () => aStatus({ totals: { ...journal.totals } }),
  });
  const tell = (listeners: Set<() => void>) => {
    for (const listener of listeners) listener();
  };
  return {
    journal,
    news,
    health,
    config,
    sick: () => tell(health),
    edited: () => tell(config),
    simulated: () => tell(simulations),
  };
}

const names = (news: News) => news.take().map(({ event }) => event);

test("a new reader is told the whole status first", () => {
  expect(names(aServer().news)).toEqual(["status"]);
});

test("a request is told when it starts and when it ends, and with its end the new totals", () => {
  const { news, journal } = aServer();
  news.take();
  journal.begin(anEntry({ outcome: "running" }));
  expect(names(news)).toEqual(["request"]);
  journal.end(anEntry());
  expect(names(news)).toEqual(["status", "request"]);
});

test("a change of health alone tells the providers only; of the configuration or of failures on purpose, everything", () => {
  const { news, sick, edited, simulated } = aServer();
  news.take();
  simulated();
  expect(names(news)).toEqual(["status"]);
  sick();
  expect(names(news)).toEqual(["health"]);
  sick();
  edited();
  expect(names(news)).toEqual(["status"]);
});

test("a reader that does not keep up gets the newest of each request, and of very many only the last", () => {
  const { news, journal } = aServer();
  news.take();
  for (let i = 0; i < 5_000; i++) {
    journal.begin(anEntry({ id: `req_${i}`, outcome: "running" }));
    journal.end(anEntry({ id: `req_${i}` }));
  }
  const told = news.take().flatMap((event) => (event.event === "request" ? [event.data] : []));
  expect(told.length).toBeLessThanOrEqual(200);
  expect(told.at(-1)).toMatchObject({ id: "req_4999", outcome: "ok" });
  expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
});

test("waiting ends with news, with the time, and with the reader", async () => {
  const { news, sick } = aServer();
  const open = new AbortController();
  news.take();
  const toNews = news.wait(60_000, open.signal);
  sick();
  await toNews;
  news.take();
  await news.wait(1, open.signal);
  expect(news.take()).toEqual([]);
  const toEnd = news.wait(60_000, open.signal);
  open.abort();
  await toEnd;
});

test("a reader that is gone leaves nothing behind", () => {
  const { news, journal, health, config, sick } = aServer();
  news.take();
  news.close();
  news.close();
  sick();
  journal.begin(anEntry());
  expect([health.size, config.size, news.take()]).toEqual([0, 0, []]);
});
