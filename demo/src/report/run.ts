import { h } from '../dom';
import { amount, bytes, percent } from '../ops/numbers';
import { card, heading, table, type Place } from './card';
import { distribution } from './distribution';
import { signsOfTheTool, toolShare } from './limits';
import { exact, ms, seconds, share, since } from './numbers';
import type { Counts, Moment, RunReport } from './report';
import { TimeChart, type Line } from './time-chart';
import { verdict } from './verdict';

/** All of one run: the verdict, numbers, curves, and what it was. */
export function runPart(report: RunReport, place: Place): HTMLElement[] {
  return [
    verdict(report),
    warnings(report),
    tiles(report),
    h('div', { class: 'board' }, ...[
      ...charts(place, report),
      ...distribution(place, report),
      counts(place, 'statuses', 'How they ended', 'Each attempt by its answer.', report.statuses),
      counts(place, 'errors', 'Errors', 'What failed, by error code or by what was in the way.', report.errors),
      Object.keys(report.happenings ?? {}).length > 0 ? counts(place, 'happenings', 'What else happened', 'No operations, and no trouble.', report.happenings) : null,
      planCard(place, report),
      toolCard(place, report),
      timelineCard(place, report)].filter((each) => each !== null)),
  ];
}

function warnings(report: RunReport): HTMLElement {
  const signs = signsOfTheTool(report);
  return h('div', { class: 'warnings' }, ...(signs.length > 0 ? [h('div', { class: 'hint-line' }, h('strong', null, 'The tool may have been the limit'), ...signs.map((sign) => h('span', null, sign)))] : []));
}

function tiles(report: RunReport): HTMLElement {
  const { totals, latency, propagation, server } = report;
  const tile = (name: string, label: string, value: string, below: string) =>
    h('div', { class: 'tile', 'data-tile': name }, h('dt', { class: 'tile-label' }, label), h('dd', null, h('strong', null, value), h('small', null, below)));
  return h('dl', { class: 'tiles' },
    totals && tile('per_second', 'Throughput', `${amount(totals.per_second)}/s`, `${exact(totals.succeeded)} in ${since(totals.seconds)}`),
    latency && latency.count > 0 && tile('latency_p50', 'Latency, p50', ms(latency.p50), `mean ${ms(latency.mean)}`),
    latency && latency.count > 0 && tile('latency_p99', 'Latency, p99', ms(latency.p99), `max ${ms(latency.max)}`),
    propagation && propagation.count > 0 && tile('propagation_p99', 'Propagation, p99', ms(propagation.p99), `p50 ${ms(propagation.p50)}`),
    totals && tile('failed', 'Failed', exact(totals.failed + totals.unanswered), totals.unanswered > 0 ? `${exact(totals.unanswered)} without an answer` : `of ${exact(totals.attempted)}`),
    totals && tile('received', 'Received', bytes(totals.bytes_received), `${bytes(totals.bytes_sent)} sent`),
    server && (server.cpu_us_per_operation === null
      ? tile('server_cpu', 'Server CPU', seconds(server.cpu_seconds), 'of processor time')
      : tile('server_cpu', 'Server CPU, each', `${amount(server.cpu_us_per_operation)} µs`, `${seconds(server.cpu_seconds)} in all`)));
}

function charts(place: Place, report: RunReport): HTMLElement[] {
  const timeline = report.timeline ?? [];
  if (timeline.length === 0) return [];
  const times = timeline.map((moment) => moment.at_seconds);
  const perSecond = (count: (moment: Moment) => number) => timeline.map((moment, i) => count(moment) / Math.max(moment.at_seconds - (times[i - 1] ?? 0), 0.001));
  const column = (name: keyof Moment) => timeline.map((moment) => moment[name] ?? null);
  const known = (lines: readonly Line[]) => lines.filter((line) => line.values.some((value) => value !== null));
  const drawn: [ConstructorParameters<typeof TimeChart>[1], readonly Line[]][] = [
    [{ id: 'throughput', title: 'Throughput', hint: 'Succeeded and failed, per second.', format: amount, least: 1, sum: 'mean' }, [
      { name: 'succeeded', label: 'succeeded', color: '--series-0', values: perSecond((moment) => moment.succeeded) },
      { name: 'failed', label: 'failed', color: '--bad', dash: [4, 3], values: perSecond((moment) => moment.failed) },
    ]],
    [{ id: 'latency', title: 'Latency', hint: report.plan?.loop === 'closed' ? 'From sending: every client waits for its answer before the next.' : 'From when it was due, however late it was sent: a server that makes the tool wait does not hide here.', format: ms, least: 1, sum: 'most' }, [
      { name: 'latency_p50', label: 'latency, p50', color: '--series-0', values: column('latency_p50') },
      { name: 'latency_p99', label: 'latency, p99', color: '--series-1', dash: [7, 3], values: column('latency_p99') },
      { name: 'propagation_p99', label: 'propagation, p99', color: '--series-2', dash: [2, 3], values: column('propagation_p99') },
    ]],
    [{ id: 'clients', title: 'Clients', hint: 'Connected at that time.', format: exact, least: 4, sum: 'most', isWhole: true }, [
      { name: 'clients', label: 'clients', color: '--series-3', values: column('clients') },
    ]],
    [{ id: 'cpu', title: 'Processors', hint: 'Share of the machine’s that server and tool use.', format: percent, least: 0.1, sum: 'mean' }, [
      { name: 'server_cpu', label: 'server', color: '--series-0', values: column('server_cpu') },
      { name: 'tool_cpu', label: 'tool', color: '--series-3', dash: [4, 3], values: column('tool_cpu') },
    ]],
    [{ id: 'memory', title: 'Memory', hint: 'Resident, of server and tool.', format: bytes, least: 1e6, sum: 'most' }, [
      { name: 'server_memory_bytes', label: 'server', color: '--series-0', values: column('server_memory_bytes') },
      { name: 'tool_memory_bytes', label: 'tool', color: '--series-3', dash: [4, 3], values: column('tool_memory_bytes') },
    ]],
  ];
  return drawn.filter(([, lines]) => known(lines).length > 0).map(([options, lines]) => new TimeChart(place, options, times, known(lines), `run-${place.prefix}`).element);
}

function counts(place: Place, id: string, title: string, hint: string, all?: Counts | null): HTMLElement | null {
  const rows = Object.entries(all ?? {}).filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  const sum = rows.reduce((total, [, count]) => total + count, 0);
  return card(place, id, title, hint, rows.length === 0 ? h('p', { class: 'nothing' }, 'None.') : table<(typeof rows)[number]>([
    { head: id === 'errors' ? 'Error' : id === 'statuses' ? 'Status' : 'What', cell: ([name]) => h('code', null, name) },
    { head: 'Times', cell: ([, count]) => exact(count), isNumber: true },
    { head: 'Share', cell: ([, count]) => share(count / sum), isNumber: true },
  ], rows));
}

function planCard(place: Place, report: RunReport): HTMLElement {
  const command = report.seed === null || report.seed === undefined || /\s--seed[\s=]/.test(report.command) ? report.command : `${report.command} --seed ${report.seed}`;
  const facts = [['target', report.target], ['started', `${new Date(report.started).toISOString().slice(0, 19)}Z`], ...Object.entries(report.plan ?? {}).filter(([, value]) => value !== null), ['seed', report.seed ?? '–']] as const;
  return card(place, 'plan', 'The plan', '',
    h('dl', { class: 'facts' }, ...facts.map(([name, value]) => h('div', null, h('dt', null, String(name).replaceAll('_', ' ')), h('dd', null, typeof value === 'object' ? JSON.stringify(value) : String(value))))),
    h('p', { class: 'card-hint' }, 'The same again:'),
    h('code', { class: 'command' }, command));
}

function toolCard(place: Place, report: RunReport): HTMLElement {
  const { lateness, server, tool } = report;
  const used = toolShare(report);
  const facts = [
    lateness && lateness.count > 0 && ['lateness, p50 · p99 · max', `${ms(lateness.p50)} · ${ms(lateness.p99)} · ${ms(lateness.max)}`],
    tool && ['tool, processor time', `${seconds(tool.cpu_seconds)}${used === null ? '' : `, ${percent(used)} of ${tool.processors} ${tool.processors === 1 ? 'processor' : 'processors'}`}`],
    tool && tool.cpu_us_per_operation !== null && ['tool, for each', `${amount(tool.cpu_us_per_operation)} µs`],
    tool && ['tool, memory at most', bytes(tool.memory_peak_bytes)],
    tool && ['tool, stopped by its garbage collector', ms(tool.gc_pause_ms)],
    server ? ['server, processor time', seconds(server.cpu_seconds)] : ['server', 'is not on this machine'],
    server && ['server, memory at most', bytes(server.memory_peak_bytes)],
  ].filter((fact): fact is string[] => Array.isArray(fact));
  return card(place, 'tool', 'Tool and server', 'How late the tool itself was with what was due, and what both needed. Where the tool is at its end, its limit is measured and not the server’s.',
    h('dl', { class: 'facts' }, ...facts.map(([name, value]) => h('div', null, h('dt', null, name), h('dd', null, value)))));
}

/** What the charts draw. Written when somebody opens it: an hour has many rows. */
function timelineCard(place: Place, report: RunReport): HTMLElement | null {
  const timeline = report.timeline ?? [];
  if (timeline.length === 0) return null;
  const details = h('details', null, h('summary', null, 'The run, moment by moment, as a table'));
  details.addEventListener('toggle', () => {
    details.append(table<Moment>([
      { head: 'Time', cell: (moment) => since(moment.at_seconds) },
      { head: 'Succeeded', cell: (moment) => exact(moment.succeeded), isNumber: true },
      { head: 'Failed', cell: (moment) => exact(moment.failed), isNumber: true },
      { head: 'Clients', cell: (moment) => exact(moment.clients), isNumber: true },
      { head: 'Latency p50', cell: (moment) => ms(moment.latency_p50), isNumber: true },
      { head: 'p99', cell: (moment) => ms(moment.latency_p99), isNumber: true },
      { head: 'Propagation p99', cell: (moment) => ms(moment.propagation_p99), isNumber: true },
      { head: 'Server CPU', cell: (moment) => percent(moment.server_cpu), isNumber: true },
      { head: 'Memory', cell: (moment) => bytes(moment.server_memory_bytes), isNumber: true },
      { head: 'Tool CPU', cell: (moment) => percent(moment.tool_cpu), isNumber: true },
      { head: 'Memory', cell: (moment) => bytes(moment.tool_memory_bytes), isNumber: true },
    ], timeline));
  }, { once: true });
  return h('section', { class: 'card', id: `${place.prefix}timeline`, 'data-card': 'timeline', 'aria-label': 'The run as a table' }, details);
}

/** The heading of a run, and what it does. */
export function runHeading(report: RunReport, level: 1 | 2): HTMLElement[] {
  return [heading(level, null, report.scenario), h('p', { class: 'lead' }, report.description ?? '')];
}
