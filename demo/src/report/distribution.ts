import { h } from '../dom';
import { card, table, type Place } from './card';
import { exact, ms } from './numbers';
import type { Latency, RunReport } from './report';

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 330;
const MARGIN = { top: 62, right: 16, bottom: 30, left: 46 };

const quantiles = [['p50', 'p50'], ['p90', 'p90'], ['p95', 'p95'], ['p99', 'p99'], ['p99_9', 'p99.9']] as const;

/** A bar from one duration to another, as powers of ten of a millisecond. */
interface Bar {
  readonly from: number;
  readonly to: number;
  readonly share: number;
}

/** Buckets follow each other; what is below the first is in the first. */
function barsOf({ buckets, count }: Latency): Bar[] {
  const ends = buckets.map(({ up_to_ms }) => Math.log10(up_to_ms));
  const width = ends.length > 1 ? ends[1]! - ends[0]! : Math.log10(2) / 4;
  return buckets.map((bucket, i) => ({ from: ends[i - 1] ?? ends[i]! - width, to: ends[i]!, share: bucket.count / count }));
}

/** How long things took: all of them on a logarithmic axis, percentiles marked, and the same in numbers. */
export function distribution(place: Place, report: RunReport): HTMLElement[] {
  const latency = report.latency;
  if (!latency || latency.count === 0) return [];
  const propagation = report.propagation && report.propagation.count > 0 ? report.propagation : null;
  const picture = h('div', { class: 'distribution', role: 'img', 'aria-label': `Latency from ${ms(latency.min)} to ${ms(latency.max)}, half within ${ms(latency.p50)}, 99 % within ${ms(latency.p99)}.` });
  let shown = 0;
  const draw = () => {
    const width = picture.clientWidth;
    if (width === 0 || width === shown) return;
    shown = width;
    picture.replaceChildren(drawing(width, latency, propagation));
  };
  new ResizeObserver(draw).observe(picture);
  const measured = [
    ['Latency', latency] as const,
    ...(propagation ? [['Propagation', propagation] as const] : []),
    ...(report.admission && report.admission.count > 0 ? [['Let in', report.admission] as const] : []),
    ...(report.lateness && report.lateness.count > 0 ? [['Tool late', report.lateness] as const] : []),
  ];
  const rows: (readonly [string, (of: Latency) => string])[] = [
    ['samples', (of) => exact(of.count)], ['min', (of) => ms(of.min)], ['mean', (of) => ms(of.mean)],
    ...quantiles.map(([name, word]) => [word, (of: Latency) => ms(of[name])] as const), ['max', (of) => ms(of.max)],
  ];
  return [
    card(place, 'distribution', 'How latency is distributed', `The share of all that took so long${propagation ? ': bars until the author has it back, durable; the line until other clients show it' : ''}. The axis is logarithmic.`,
      picture,
      propagation && h('ul', { class: 'legend' }, swatch('--series-0', 'latency'), swatch('--series-2', 'propagation', true))),
    card(place, 'percentiles', 'Percentiles', propagation ? 'Latency: until the author has it back, durable. Propagation: from the author’s sending until another client shows it. Tool late: how long after it was due the tool itself began.' : 'p99: 99 of a hundred took no longer.',
      table([{ head: '', cell: ([name]) => name }, ...measured.map(([head, of]) => ({ head, cell: ([, value]: (typeof rows)[number]) => value(of), isNumber: true }))], rows)),
  ];
}

const swatch = (color: string, word: string, isLine = false) =>
  h('li', null, h('i', { class: `swatch${isLine ? ' line' : ''}`, style: `--swatch: var(${color})`, 'aria-hidden': 'true' }), h('span', null, word));

function drawing(width: number, latency: Latency, propagation: Latency | null): SVGSVGElement {
  const [own, others] = [barsOf(latency), propagation ? barsOf(propagation) : []];
  const all = [...own, ...others];
  const from = Math.min(...all.map((bar) => bar.from));
  // At least one power of ten: a quick server's run is a comb otherwise.
  const until = Math.max(from + 1, ...all.map((bar) => bar.to));
  const most = Math.max(...all.map((bar) => bar.share));
  const bottom = HEIGHT - MARGIN.bottom;
  const x = (power: number) => MARGIN.left + ((power - from) / (until - from)) * (width - MARGIN.left - MARGIN.right);
  const y = (share: number) => bottom - (share / most) * (bottom - MARGIN.top);
  const svg = shape('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT });

  for (const share of shares(most)) svg.append(shape('line', { class: 'grid', x1: MARGIN.left, x2: width - MARGIN.right, y1: y(share), y2: y(share) }), label(MARGIN.left - 8, y(share) + 4, `${Number((share * 100).toFixed(1))} %`, 'end'));
  for (const tick of ticks(from, until, width)) svg.append(shape('line', { class: 'grid', x1: x(Math.log10(tick)), x2: x(Math.log10(tick)), y1: bottom, y2: bottom + 4 }), label(x(Math.log10(tick)), bottom + 18, ms(tick), 'middle'));
  for (const bar of own.filter(({ share }) => share > 0)) {
    // One sample in a million is still one.
    const top = Math.min(y(bar.share), bottom - 1.5);
    svg.append(shape('rect', { class: 'bar', x: x(bar.from) + 0.75, width: Math.max(1, x(bar.to) - x(bar.from) - 1.5), y: top, height: bottom - top, rx: 1.5 }));
  }
  if (propagation) svg.append(shape('path', { class: 'outline', d: outline(others, x, y) }));
  svg.append(shape('line', { class: 'ground', x1: MARGIN.left, x2: width - MARGIN.right, y1: bottom, y2: bottom }));
  svg.append(...marks(latency, (value) => x(Math.max(from, Math.log10(Math.max(value, 0.001)))), width, bottom));
  return svg;
}

const outline = (bars: readonly Bar[], x: (power: number) => number, y: (share: number) => number): string =>
  `M${x(bars[0]!.from).toFixed(1)},${y(0)}${bars.map(({ to, share }) => `V${y(share).toFixed(1)}H${x(to).toFixed(1)}`).join('')}V${y(0)}`;

/** Percentiles of the latency as lines, their names in rows above so that none stands on another. */
function marks(latency: Latency, x: (value: number) => number, width: number, bottom: number): SVGElement[] {
  const ends = [-Infinity, -Infinity, -Infinity];
  return [...quantiles, ['max', 'max'] as const].filter(([name]) => name !== 'p95').flatMap(([name, word]) => {
    const at = Math.min(x(latency[name]), width - MARGIN.right);
    const text = `${word} ${ms(latency[name])}`;
    const wide = text.length * 6.4;
    const isLast = at + wide > width - 4;
    const [left, right] = isLast ? [at - wide, at] : [at, at + wide];
    const row = ends.findIndex((end) => left > end + 6);
    if (row < 0) return [];
    ends[row] = right;
    const top = 14 + row * 17;
    return [shape('line', { class: 'mark', x1: at, x2: at, y1: top + 4, y2: bottom }), label(isLast ? at : at - 1, top, text, isLast ? 'end' : 'start', 'mark-word')];
  });
}

/** 1, 2 and 5 of each power of ten, as far as there is room. */
function ticks(from: number, until: number, width: number): number[] {
  const room = width / (until - from);
  const found = [];
  for (let power = Math.floor(from); power <= until; power++) {
    if (room < 60 && power % 2 !== 0) continue;
    for (const step of room > 260 ? [1, 2, 5] : [1]) found.push(step * 10 ** power);
  }
  return found.filter((tick) => Math.log10(tick) >= from && Math.log10(tick) <= until);
}

/** Two to five round shares up to `most`. */
function shares(most: number): number[] {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough)!;
  return Array.from({ length: Math.floor(most / step) }, (_, i) => (i + 1) * step);
}

function shape<T extends keyof SVGElementTagNameMap>(name: T, attributes: Record<string, string | number>): SVGElementTagNameMap[T] {
  const element = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, typeof value === 'number' ? String(Number(value.toFixed(2))) : value);
  return element;
}

function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end', kind = ''): SVGTextElement {
  const element = shape('text', { x, y, 'text-anchor': anchor, class: kind });
  element.textContent = text;
  return element;
}
