const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const shortClock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

const NOTHING = '–';

type Format = (value: number | null | undefined) => string;

/** For what may be unknown. */
const orNothing = (format: (value: number) => string): Format => (value) => (value === null || value === undefined || !Number.isFinite(value) ? NOTHING : format(value));

/** `0`, `0.42`, `3.1`, `27`, `1,234`: three digits are what an eye takes in. */
export const amount = orNothing((value) => (value === 0 ? '0' : value < 0.01 ? '<0.01' : value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1).replace(/\.0$/, '') : whole.format(value)));

export const count = orNothing((value) => whole.format(value));

/** `0.8 ms`, `24 ms`, `1.3 s`. */
export const duration = orNothing((seconds) => (seconds < 0.01 ? `${(seconds * 1000).toFixed(1)} ms` : seconds < 1 ? `${Math.round(seconds * 1000)} ms` : seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`));

export const percent = orNothing((ratio) => (ratio === 0 ? '0 %' : ratio < 0.001 ? '<0.1 %' : ratio < 0.1 ? `${(ratio * 100).toFixed(1)} %` : `${Math.round(ratio * 100)} %`));

export const bytes = orNothing((value) => {
  const [size, unit] = value < 1000 ? [value, 'B'] : value < 1e6 ? [value / 1e3, 'kB'] : value < 1e9 ? [value / 1e6, 'MB'] : [value / 1e9, 'GB'];
  return `${size < 10 && unit !== 'B' ? size.toFixed(1) : Math.round(size)} ${unit}`;
});

/** In the viewer's zone: `14:05:09`. */
export const time = (at: number) => clock.format(at);

export const shortTime = (at: number) => shortClock.format(at);
