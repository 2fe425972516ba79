/** @module Providers that are made to fail on purpose. */

/** A provider that is made to fail on purpose. `until` in epoch ms. */
export interface Simulation {
  provider: string;
  failure: string;
  until: number;
}

export interface FaultChoice {
  id: string;
  label: string;
}

export interface SimulateView {
  faults: FaultChoice[];
  items: Simulation[];
}
