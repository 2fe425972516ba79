/** @module Single requests: where they go, and as they travelled. */
import type { Explanation } from "../../../routing/explain.ts";

/** Answer of `POST /api/route`; the same as `ccmctl route --json`. */
export type RouteView = Explanation;

/** What went one way of a request. Credentials in the headers are masked. */
export interface PassageView {
  headers: Readonly<Record<string, string>>;
  /** Of the whole body. */
  bytes: number;
  /** Absent where bodies were not kept. */
  body?: string;
  /** All of the body is here. */
  whole?: boolean;
}

/** Answer of `GET /api/exchanges/ID`: a request as it travelled. */
export interface ExchangeView {
  path: string;
  request: PassageView;
  status?: number;
  answer?: PassageView;
  /** Each try, in its order. */
  upstream: { provider: string; url: string; sent: PassageView; status?: number; answer?: PassageView }[];
}
