const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

const steps: readonly [limit: number, unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  [3600, 'minute', 60],
  [86_400, 'hour', 3600],
  [7 * 86_400, 'day', 86_400],
  [30 * 86_400, 'week', 7 * 86_400],
  [365 * 86_400, 'month', 30 * 86_400],
  [Infinity, 'year', 365 * 86_400],
];

/** `3 minutes ago`, `yesterday`. */
export function ago(time: number, now = Date.now()): string {
  // A server's clock may be ahead of this one.
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 45) return 'just now';
  const [, unit, size] = steps.find(([limit]) => seconds < limit)!;
  return relative.format(-Math.max(1, Math.round(seconds / size)), unit);
}

/** `21 Nov 2026, 14:05`, for a tooltip. */
export const exactly = (time: number) => absolute.format(time);
