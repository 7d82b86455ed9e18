import type { Numbers, Reading } from './reading';

const LENGTH = 15 * 60_000;

/** So long a moment may still change: hosts tell late of what was. */
const UNSETTLED = 35_000;

/** One series over time, next to `History.times`. */
export type Column = (number | null)[];

/** What the page has seen over the last 15 minutes: readings bring what is new, and the newest moments again. */
export class History {
  readonly times: number[] = [];
  readonly #columns = new Map<string, Column>();

  /** What the next reading is asked for: moments after this. */
  get settled(): number {
    return this.times.length === 0 ? 0 : this.times.at(-1)! - UNSETTLED;
  }

  /** The series `name`, `operations.applied`. */
  column(name: string): Column {
    return this.#columns.get(name) ?? this.times.map(() => null);
  }

  /** The last parts of the names below `group`, in order. */
  names(group: string): string[] {
    return [...this.#columns.keys()].filter((name) => name.startsWith(`${group}.`)).map((name) => name.slice(group.length + 1));
  }

  add({ at, times, stepSeconds, charts }: Reading, after: number): void {
    this.#keep(this.times.findIndex((time) => time > after), 'before');
    // A pause is a gap, not a line from one end to the other.
    const last = this.times.at(-1);
    if (last !== undefined && times.length > 0 && times[0]! - last > 2500 * stepSeconds) this.#append([last + 1], []);
    this.#append(times, flat(charts));
    this.#keep(this.times.findIndex((time) => time >= at - LENGTH), 'from');
  }

  #append(times: readonly number[], series: readonly [string, Numbers][]): void {
    const given = new Map(series);
    for (const name of given.keys()) if (!this.#columns.has(name)) this.#columns.set(name, this.times.map(() => null));
    for (const [name, column] of this.#columns) column.push(...(given.get(name) ?? times.map(() => null)));
    this.times.push(...times);
  }

  #keep(index: number, what: 'before' | 'from'): void {
    if (index < 0) return;
    for (const column of [this.times, ...this.#columns.values()]) {
      if (what === 'before') column.length = index;
      else column.splice(0, index);
    }
  }
}

/** `operations: { applied: […] }` as `['operations.applied', […]]`. */
function flat(group: object, prefix = ''): [string, Numbers][] {
  return Object.entries(group).flatMap(([name, value]) => (Array.isArray(value) ? [[prefix + name, value as Numbers]] : flat(value as object, `${prefix}${name}.`)));
}
