import '../styles/tokens.css';
import '../styles/base.css';
import '../styles/board.css';
import '../styles/report.css';
import { h } from '../dom';
import { amount } from '../ops/numbers';
import { card, table } from './card';
import { exact, ms, share } from './numbers';
import { embedded, type RunReport } from './report';
import { runHeading, runPart } from './run';
import { drawCharts } from './time-chart';
import { verdict, verdictOf } from './verdict';

const anchor = (report: RunReport) => `run-${report.scenario}`;

/** The head of the page: what was run, where and when. */
const bar = (report: RunReport) => h('header', { class: 'report-bar' },
  h('span', { class: 'wordmark' }, 'Collab'),
  h('span', { class: 'what' }, 'Load test'),
  h('p', null, h('span', null, report.target), h('time', { datetime: report.started }, new Date(report.started).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' }))));

/** One page for one scenario. */
const single = (report: RunReport) => h('main', { id: 'main' }, ...runHeading(report, 1), ...runPart(report, { prefix: '', level: 2 }));

/** All of them at a glance, each with its part below. */
function several(report: RunReport, runs: readonly RunReport[]): HTMLElement {
  return h('main', { id: 'main' },
    h('h1', null, 'All scenarios'),
    h('p', { class: 'lead' }, report.description ?? ''),
    verdict(report),
    card({ prefix: '', level: 2 }, 'overview', 'At a glance', 'Each name leads to its part.', table<RunReport>([
      { head: 'Scenario', cell: (run) => h('a', { href: `#${anchor(run)}` }, run.scenario) },
      { head: 'Verdict', cell: (run) => h('span', { class: 'state', 'data-mood': verdictOf(run).mood }, verdictOf(run).word) },
      { head: 'Succeeded', cell: (run) => exact(run.totals?.succeeded), isNumber: true },
      { head: 'Failed', cell: (run) => exact(run.totals ? run.totals.failed + run.totals.unanswered : null), isNumber: true },
      { head: 'Per second', cell: (run) => amount(run.totals?.per_second), isNumber: true },
      { head: 'Latency p50', cell: (run) => ms(run.latency?.p50), isNumber: true },
      { head: 'p99', cell: (run) => ms(run.latency?.p99), isNumber: true },
      { head: 'Propagation p99', cell: (run) => ms(run.propagation?.p99), isNumber: true },
      { head: 'Integrity', cell: (run) => (run.integrity ? share(run.integrity.ratio) : '–'), isNumber: true },
    ], runs)),
    ...runs.map((run) => h('section', { class: 'run', id: anchor(run), 'aria-label': run.scenario }, ...runHeading(run, 2), ...runPart(run, { prefix: `${run.scenario}-`, level: 3 }))));
}

const report = embedded();
document.title = `${report.scenario}: ${verdictOf(report).word} · Collab load test`;
document.getElementById('app')!.append(bar(report), report.scenarios ? several(report, report.scenarios) : single(report));
// Charts are drawn in the page's own font, once that is there.
void document.fonts.ready.then(drawCharts);
