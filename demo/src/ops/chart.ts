import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { colorOf } from '../color';
import { h } from '../dom';
import type { Column } from './history';
import { shortTime, time } from './numbers';

export interface Line {
  /** The name of its column, see `History`. */
  readonly name: string;
  readonly label: string;
  /** The custom property with its colour. */
  readonly color: string;
  /** Beside the colour, what tells it from the others: lengths of strokes and gaps. */
  readonly dash?: readonly number[];
  /** Instead of the value now, what the legend says: a count. */
  readonly note?: () => string;
}

export interface ChartOptions {
  readonly id: string;
  readonly title: string;
  /** What is drawn, in one sentence: for those who do not know the metric. */
  readonly hint: string;
  readonly format: (value: number | null | undefined) => string;
  /** One on the other, so that the top is the sum. */
  readonly stacked?: boolean;
  /** The least height of the scale. */
  readonly least: number;
  readonly most?: number;
  /** What is said while there is nothing to draw. */
  readonly empty: string;
  readonly height?: number;
}

/** Seconds: what is kept; and what is drawn at least, of a cluster that has just started. */
const SPAN = 15 * 60;
const SPAN_LEAST = 2 * 60;

/** The moment that the pointer is at, for all charts the same. */
const pointer = uPlot.sync('operations');

/** A chart over the last 15 minutes with its legend, whose values are text: those of now, or of the moment that the pointer is at. */
export class Chart {
  readonly element: HTMLElement;
  readonly #options: ChartOptions;
  readonly #canvas = h('div', { class: 'plot', 'aria-hidden': 'true' });
  readonly #legend = h('ul', { class: 'legend' });
  readonly #moment = h('span', { class: 'moment' });
  readonly #empty: HTMLElement;
  #plot: uPlot | null = null;
  #lines: readonly Line[] = [];
  #columns: readonly Column[] = [];
  #times: readonly number[] = [];
  #values: HTMLElement[] = [];
  #until = 0;

  constructor(options: ChartOptions, ...beside: HTMLElement[]) {
    this.#options = options;
    this.#empty = h('p', { class: 'nothing' }, options.empty);
    this.element = h('section', { class: 'card chart-card', id: options.id, 'aria-labelledby': `${options.id}-title` },
      h('header', null, h('h2', { id: `${options.id}-title` }, options.title), this.#moment),
      h('p', { class: 'card-hint' }, options.hint),
      h('div', { class: 'plot-frame' }, this.#canvas, this.#empty),
      this.#legend,
      ...beside);
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(this.#canvas);
  }

  /** Draws again with other colours. */
  recolor(): void {
    this.#plot?.destroy();
    this.#plot = null;
    this.#draw();
  }

  show(times: readonly number[], lines: readonly Line[], columns: readonly Column[], now: number): void {
    const isOther = lines.map((line) => line.name).join() !== this.#lines.map((line) => line.name).join();
    [this.#lines, this.#columns, this.#times, this.#until] = [lines, columns, times.map((at) => at / 1000), now / 1000];
    if (isOther) {
      this.#writeLegend();
      this.#plot?.destroy();
      this.#plot = null;
    }
    this.#empty.hidden = columns.some((column) => column.some((value) => value !== null && (!this.#options.stacked || value > 0)));
    this.#draw();
    this.#say();
  }

  #draw(): void {
    if (!this.#canvas.isConnected || this.#lines.length === 0) return;
    const data = [this.#times, ...(this.#options.stacked ? stack(this.#columns) : this.#columns)] as uPlot.AlignedData;
    if (this.#plot) this.#plot.setData(data);
    else this.#plot = new uPlot(this.#settings(), data, this.#canvas);
  }

  #settings(): uPlot.Options {
    const color = (property: string) => colorOf(this.#canvas, property);
    const axis = { stroke: color('--ink-faint'), font: `11px ${getComputedStyle(document.body).fontFamily}`, ticks: { show: false } } as const;
    const { stacked, format, least, most } = this.#options;
    return {
      ...this.#size(),
      padding: [8, 6, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: pointer.key }, drag: { x: false, y: false }, points: { show: !stacked, size: 6 }, y: false },
      hooks: { setCursor: [() => this.#say()] },
      scales: {
        x: { range: () => [this.#until - Math.min(SPAN, Math.max(SPAN_LEAST, this.#until - (this.#times[0] ?? this.#until))), this.#until] },
        y: { range: (_plot, _min, max) => [0, Math.min(most ?? Infinity, Math.max(least, (max ?? 0) * 1.1))] },
      },
      axes: [
        { ...axis, size: 24, gap: 6, space: 60, incrs: [60, 120, 300, 600], grid: { show: false }, values: (_plot, splits) => splits.map((split) => shortTime(split * 1000)) },
        { ...axis, size: 58, gap: 6, space: 34, grid: { stroke: color('--line'), width: 1 }, values: (_plot, splits) => splits.map((split) => format(split)) },
      ],
      series: [
        {},
        ...this.#lines.map((line) => ({
          label: line.label,
          stroke: color(line.color),
          width: stacked ? 1.5 : 2,
          ...(line.dash ? { dash: [...line.dash] } : {}),
          ...(stacked ? { fill: colorOf(this.#canvas, line.color, 55) } : {}),
          points: { show: false },
          spanGaps: false,
        })),
      ],
    };
  }

  #size = () => ({ width: Math.max(160, this.#canvas.clientWidth), height: this.#options.height ?? 170 });

  #writeLegend(): void {
    this.#values = this.#lines.map(() => h('b'));
    this.#legend.replaceChildren(...this.#lines.map((line, i) => h('li', { 'data-series': line.name },
      h('i', { class: `swatch${line.dash ? ' dashed' : ''}`, style: `--swatch: var(${line.color})`, 'aria-hidden': 'true' }),
      h('span', null, line.label),
      this.#values[i]!)));
  }

  #say(): void {
    const at = this.#plot?.cursor.idx ?? null;
    const isNow = at === null || at >= this.#times.length - 1;
    this.#moment.textContent = isNow ? '' : time(this.#times[at]! * 1000);
    this.#lines.forEach((line, i) => {
      const value = isNow ? this.#columns[i]!.at(-1) : this.#columns[i]![at];
      const note = isNow ? (line.note?.() ?? '') : '';
      this.#values[i]!.replaceChildren(this.#options.format(value), ...(note ? [h('small', null, note)] : []));
    });
  }
}

/** Sums from each series on to the last: the first is the top. What is unknown counts as nothing, unless everything is. */
function stack(columns: readonly Column[]): Column[] {
  const sums: Column[] = [];
  for (let i = columns.length - 1; i >= 0; i--) {
    const below = sums[0];
    sums.unshift(columns[i]!.map((value, at) => (columns.every((column) => column[at] === null) ? null : (value ?? 0) + (below?.[at] ?? 0))));
  }
  return sums;
}
