/** `25%` or `1` of a total. Source: apimachinery intstr.GetScaledValueFromIntOrPercent. */
export function intOrPercent(value: number | string | undefined, total: number, round: 'up' | 'down'): number {
  if (value === undefined) return 0;
  const text = String(value);
  if (!text.endsWith('%')) return Number(text);
  const share = (Number(text.slice(0, -1)) * total) / 100;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}
