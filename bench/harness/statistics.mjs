// Order statistics over the rounds of a run.

/** @returns {number} nearest-rank percentile by linear interpolation; NaN without values */
export function quantile(values, fraction) {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * fraction;
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

/** @returns {{median: number, q1: number, q3: number, rounds: number}} */
export function summarise(values) {
  return {
    median: quantile(values, 0.5),
    q1: quantile(values, 0.25),
    q3: quantile(values, 0.75),
    rounds: values.length,
  };
}

/**
 * Least-squares slope.
 * @param {{x: number, y: number}[]} points
 */
export function slope(points) {
  const meanX = points.reduce((sum, p) => sum + p.x, 0) / points.length;
  const meanY = points.reduce((sum, p) => sum + p.y, 0) / points.length;
  const over = points.reduce((sum, p) => sum + (p.x - meanX) * (p.y - meanY), 0);
  const under = points.reduce((sum, p) => sum + (p.x - meanX) ** 2, 0);
  return over / under;
}
