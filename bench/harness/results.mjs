// What was measured: values by table, column and contender, one value a round.
import { summarise } from "./statistics.mjs";

/**
 * The tables that a run can fill, in the order in which they are printed. `added`: the value is compared with the direct
 * connection's of the same round, and the difference is what counts.
 */
export const TABLES = {
  "json.p50": { title: "JSON, one connection: added p50", unit: "ms", added: true },
  "json.p99": { title: "JSON, one connection: added p99", unit: "ms", added: true },
  "json.cpu": { title: "JSON, one connection: CPU per request", unit: "ms" },
  "json.quiet": { title: "JSON, one request after a pause: added p50", unit: "ms", added: true },
  "rate.persecond": { title: "Requests per second", unit: "/s" },
  "rate.percore": { title: "Requests per second of CPU", unit: "/s" },
  "sse.first": { title: "Streams: added time to the first text", unit: "ms", added: true },
  "sse.delay": { title: "Streams: added p50 per paced event", unit: "ms", added: true },
  "sse.cpu": { title: "Streams: CPU per event", unit: "ms" },
  "sse.burst": { title: "Streams: added per event of a burst", unit: "µs", added: true },
  "open.p50": { title: "Open streams, 10 events/s each: p50 from upstream to client", unit: "ms" },
  "open.p99": { title: "Open streams, 10 events/s each: p99 from upstream to client", unit: "ms" },
  "open.cpu": { title: "Open streams: CPU per event", unit: "ms" },
  "open.rss": { title: "Open streams: RSS", unit: "MB" },
  "open.private": { title: "Open streams: private memory per stream", unit: "KB" },
  "memory.rss": { title: "RSS", unit: "MB" },
  "memory.private": { title: "Private (anonymous) memory", unit: "MB" },
  "start.first": { title: "Start to first answered request", unit: "ms" },
  "start.fresh": { title: "The first requests of a fresh server: p50", unit: "ms" },
  decision: { title: "Cost of deciding, without any network", unit: "µs" },
  translation: { title: "Cost of translating a request, without any network: CPU", unit: "µs" },
  journal: { title: "The journal's share, without any network: CPU", unit: "µs" },
};

export class Results {
  /** table → column → contender → values by round */
  #tables = new Map();
  #labels = new Map();

  /** @param {{name: string, label: string}} contender */
  add(table, column, contender, value) {
    if (!(table in TABLES)) throw new Error(`no table ${table}`);
    this.#labels.set(contender.name, contender.label);
    const columns = getOrSet(this.#tables, table, () => new Map());
    const cells = getOrSet(columns, column, () => new Map());
    getOrSet(cells, contender.name, () => []).push(value);
  }

  tables() {
    return Object.keys(TABLES).filter((table) => this.#tables.has(table));
  }

  columns(table) {
    return [...(this.#tables.get(table)?.keys() ?? [])];
  }

  contenders(table) {
    const names = new Set();
    for (const cells of this.#tables.get(table)?.values() ?? []) for (const name of cells.keys()) names.add(name);
    return [...names].map((name) => ({ name, label: this.#labels.get(name) }));
  }

  /** @returns {{median: number, q1: number, q3: number, rounds: number} | undefined} of the values as measured */
  plain(table, column, name) {
    const values = this.#tables.get(table)?.get(column)?.get(name);
    return values && summarise(values);
  }

  /** The same, of the differences to the direct connection in each round. */
  added(table, column, name) {
    const values = this.#tables.get(table)?.get(column)?.get(name);
    const base = this.#tables.get(table)?.get(column)?.get("direct");
    return values && base && summarise(values.map((value, round) => value - base[round]));
  }

  toJSON() {
    return this.tables().map((id) => ({
      id,
      ...TABLES[id],
      columns: this.columns(id).map((column) => ({
        column,
        contenders: this.contenders(id)
          .map(({ name, label }) => ({
            name,
            label,
            values: this.#tables.get(id).get(column).get(name),
            measured: this.plain(id, column, name),
            ...(TABLES[id].added && name !== "direct" ? { added: this.added(id, column, name) } : {}),
          }))
          .filter(({ values }) => values),
      })),
    }));
  }
}

function getOrSet(map, key, make) {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
