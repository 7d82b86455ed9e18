import { duration } from '../ops/numbers';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

type Maybe = number | null | undefined;

const isThere = (value: Maybe): value is number => value !== null && value !== undefined && Number.isFinite(value);

/** `0.04 ms`, `4.2 ms`, `120 ms`, `1.35 s`. */
export function ms(value: Maybe): string {
  if (!isThere(value)) return '–';
  if (value >= 100_000) return `${whole.format(value / 1000)} s`;
  if (value >= 1000) return `${(value / 1000).toFixed(value < 10_000 ? 2 : 1)} s`;
  return `${value < 1 ? Number(value.toFixed(value < 0.1 ? 3 : 2)) : value < 100 ? Number(value.toFixed(1)) : whole.format(value)} ms`;
}

/** As counted, nothing rounded away: `1,234`. */
export const exact = (value: Maybe) => (isThere(value) ? whole.format(value) : '–');

/** `7 s`, `1:05`, `2:00:00`: time since the start, as an axis says it. */
export function since(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  return `${hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}` : minutes}:${String(rest).padStart(2, '0')}`;
}

/** Never 100 % while anything is missing, and never 0 % of what there is. */
export const share = (ratio: number) => (ratio >= 1 ? '100 %' : ratio > 0 && ratio < 0.0001 ? '<0.01 %' : `${(Math.floor(ratio * 1_000_000) / 10_000).toFixed(ratio > 0.999 ? 4 : 2)} %`);

export const seconds = (value: Maybe) => duration(value);
