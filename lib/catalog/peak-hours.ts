import type { PeakHours } from "./types.ts";

/** By how much a price is dearer at that moment. @param time epoch ms */
export function peakFactor(peak: PeakHours | undefined, time: number): number {
  if (!peak) return 1;
  const date = new Date(time);
  const weekend = date.getUTCDay() % 6 === 0;
  const hour = date.getUTCHours();
  return !weekend && peak.hours.some(([from, to]) => hour >= from && hour < to) ? peak.factor : 1;
}
