/** @module How numbers and names are written in reasons. */

/** A name from outside, quoted and of bearable length. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}...` : name);
}

/** `20,179` */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `a, b and 3 more` */
export function listed(names: Iterable<string>, most = 20): string {
  const all = [...names];
  if (all.length === 0) return "none";
  return all.length <= most ? all.join(", ") : `${all.slice(0, most).join(", ")} and ${all.length - most} more`;
}

/** `$0.0123`; small amounts keep three digits. */
export function dollars(amount: number): string {
  return `$${amount >= 1 ? amount.toFixed(2) : amount.toPrecision(3)}`;
}
