// What is measured of each kind of load: title, where it stands in a result, and which direction is better (none: not compared).
const columns = {
  closed: [
    ['acknowledged/s', 'perSecond', 'more'], ['server µs each', 'serverMicroseconds', 'less'], ['p50 ms', 'acknowledged.p50', 'less'], ['p99 ms', 'acknowledged.p99', 'less'],
    ['server core', 'serverCore'], ['load core', 'loadCore'], ['others', 'otherCores'], ['stolen', 'stolenCores'],
  ],
  typing: [
    ['to others p50 ms', 'propagation.p50', 'less'], ['p99 ms', 'propagation.p99', 'less'], ['own p99 ms', 'acknowledged.p99', 'less'], ['operations/s', 'perSecond'],
    ['server µs each', 'serverMicroseconds', 'less'], ['load core', 'loadCore'], ['others', 'otherCores'], ['stolen', 'stolenCores'],
  ],
  idle: [['KiB each', 'memoryPerConnection', 'less'], ['server core', 'serverCore', 'less'], ['others', 'otherCores'], ['stolen', 'stolenCores']],
  join: [
    ['join p50 ms', 'join.p50', 'less'], ['p99 ms', 'join.p99', 'less'], ['storm p50 ms', 'storm.p50', 'less'], ['storm p99 ms', 'storm.p99', 'less'],
    ['server µs each in the storm', 'storm.serverMicroseconds', 'less'],
  ],
};

const OF_THE_PROCESS = [['until it accepts, ms', 'start', 'less'], ['MiB', 'idle', 'less']];
const FULL = 0.9;

const at = (path, result) => path.split('.').reduce((value, name) => value?.[name], result) ?? NaN;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const digits = (value) => !Number.isFinite(value) ? '–' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

const valuesOf = (results, path) => results.map((result) => at(path, result)).filter(Number.isFinite);

function cell(results, path) {
  const values = valuesOf(results, path);
  return values.length === 0 ? '–' : `${digits(median(values))} (${digits(Math.min(...values))}–${digits(Math.max(...values))})`;
}

/** How many times as much as the best peer has: above 1 is good where more is better, below 1 where less is. */
function ratio(rows, [, path, better]) {
  const own = rows.find(({ system }) => system.name === 'collab'), value = own && median(valuesOf(own.results, path));
  const peers = rows.filter(({ system }) => system.isPeer).map(({ system, results }) => ({ name: system.name, value: median(valuesOf(results, path)) }))
    .filter(({ value }) => Number.isFinite(value)).sort((a, b) => better === 'more' ? b.value - a.value : a.value - b.value);
  if (!better || !Number.isFinite(value) || peers.length === 0) return '';
  const times = value / peers[0].value;
  return `**${Number.isFinite(times) ? `${digits(times)}×` : '–'}** ${peers[0].name}`;
}

function table(rows, shown) {
  const lines = [`| | ${shown.map(([title]) => title).join(' | ')} |`, `| --- |${' --- |'.repeat(shown.length)}`];
  for (const { system, results } of rows) {
    const failures = results.filter(({ failure }) => failure), good = results.filter(({ failure }) => !failure);
    if (good.length > 0) lines.push(`| ${system.name} | ${shown.map(([, path]) => cell(good, path)).join(' | ')} |`);
    if (failures.length > 0) lines.push(`| ${system.name}, ${failures.length} of ${results.length} runs | ${failures[0].failure} |${' |'.repeat(shown.length - 1)}`);
  }
  const ratios = shown.map((column) => ratio(rows, column));
  if (ratios.some((text) => text !== '')) lines.push(`| *collab to the best peer* | ${ratios.join(' | ')} |`);
  for (const { system, results } of rows) {
    const busy = median(valuesOf(results, 'loadCore'));
    if (busy > FULL) lines.push('', `The load's core was ${digits(busy)} busy with ${system.name}: there it is the load that is at its limit, and the server could do more.`);
  }
  return lines.join('\n');
}

/** One line about one result, while the rest is still to come. */
export const line = (what, result) => result.failure ?? columns[what.load].map(([title, path]) => `${title} ${digits(at(path, result))}`).join(', ');

/** Markdown: a table for each case, and one of what each process costs that has nothing to do. `resultsOf(case, system)` are one for each run. */
export function markdown(cases, systems, resultsOf) {
  const rowsOf = (results) => systems.map((system) => ({ system, results: results(system) })).filter(({ results }) => results.length > 0);
  const parts = cases.map((what) => [what.name, rowsOf((system) => resultsOf(what, system)), columns[what.load]]);
  parts.push(['a process that has nothing to do', rowsOf((system) => cases.flatMap((what) => resultsOf(what, system).filter(({ start }) => start !== undefined).map(({ start, idle }) => ({ start, idle })))), OF_THE_PROCESS]);
  return parts.filter(([, rows]) => rows.length > 0).map(([name, rows, shown]) => `**${name}**\n\n${table(rows, shown)}`).join('\n\n');
}
