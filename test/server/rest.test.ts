import { expect, it } from "vitest";
import { Rest } from "../../lib/server/rest.ts";

const MB = 1024 * 1024;

/** A server that has just started, and the size of its heap, which is 10 MB without garbage. */
function start() {
  const state = { size: 10 * MB, collections: 0, served: 0, underWay: 0 };
  const rest = new Rest(
    {
      size: () => state.size,
      collect() {
        state.collections++;
        state.size = 10 * MB;
      },
    },
    () => state,
  );
  const collectionsAfter = (looks: number) => {
    for (let i = 0; i < looks; i++) rest.look();
    return state.collections;
  };
  return { state, collectionsAfter };
}

/** Looks without a request after which a working session is over. */
const QUIET = 6;

/** One that has rested since. */
function rested() {
  const started = start();
  started.collectionsAfter(2);
  started.state.collections = 0;
  return started;
}

it("what the start has left behind is given back, also when work came before there was a rest", () => {
  expect(start().collectionsAfter(9)).toBe(2);
  const { state, collectionsAfter } = start();
  state.served = 1;
  expect(collectionsAfter(QUIET)).toBe(0);
  expect(collectionsAfter(9)).toBe(2);
});

it("the pauses of a working session are no rest", () => {
  const { state, collectionsAfter } = rested();
  state.size = 40 * MB;
  for (state.served = 1; state.served < 9; state.served++) expect(collectionsAfter(QUIET)).toBe(0);
  expect(collectionsAfter(QUIET + 1)).toBe(1);
});

it("memory is given back once work is over, in two passes", () => {
  const { state, collectionsAfter } = rested();
  Object.assign(state, { served: 100, size: 40 * MB });
  expect(collectionsAfter(QUIET)).toBe(0);
  expect(collectionsAfter(1)).toBe(1);
  expect(collectionsAfter(9)).toBe(2);
});

it("nobody is kept waiting for it", () => {
  const { state, collectionsAfter } = rested();
  Object.assign(state, { served: 1, underWay: 1, size: 40 * MB });
  expect(collectionsAfter(3)).toBe(0);
  state.underWay = 0;
  state.served = 2;
  expect(collectionsAfter(QUIET)).toBe(0);
  expect(collectionsAfter(1)).toBe(1);
});

it("little is left alone, and so is a server that nobody uses", () => {
  const { state, collectionsAfter } = rested();
  expect(collectionsAfter(9)).toBe(0);
  Object.assign(state, { served: 1, size: 13 * MB });
  expect(collectionsAfter(9)).toBe(0);
});

it("what has been settled for is what later growth is measured by", () => {
  const { state, collectionsAfter } = rested();
  Object.assign(state, { served: 1, size: 40 * MB });
  expect(collectionsAfter(9)).toBe(2);
  state.served = 2;
  expect(collectionsAfter(9)).toBe(2);
  Object.assign(state, { served: 3, size: 15 * MB });
  expect(collectionsAfter(9)).toBe(4);
});
