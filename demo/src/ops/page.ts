import { h, iconButton } from '../dom';
import { icons } from '../icons';
import { announce } from '../shell/announce';
import { themeButton } from '../shell/theme';
import { Chart } from './chart';
import { forget, isKnown } from './credential';
import { Freshness } from './freshness';
import { History, type Column } from './history';
import { inOrder, kindColor, kindWord } from './kinds';
import { watch, type NotForUs } from './live';
import { amount, count, duration, percent } from './numbers';
import type { Hint, Reading } from './reading';
import { breakersTable, conflictsTable, documentsTable, hostsTable, resolutionsTable } from './tables';
import { Tile } from './tile';

/** The cluster as it is now and was for 15 minutes. Shows itself anew with each reading; `onRefused` when there will be no other. */
export function livePage(app: HTMLElement, onRefused: (refusal: NotForUs) => void): void {
  document.title = 'Operations · Collab';
  const history = new History();
  const freshness = new Freshness();
  const hints = h('section', { class: 'hints', 'aria-label': 'What needs a look' });
  let hintsShown = '';
  let hintsSaid = '';

  const tiles = {
    operations: new Tile('Operations', 'per second'),
    conflicts: new Tile('Conflict rate', 'of operations'),
    propagation: new Tile('Propagation', 'p95, edit to other screens'),
    sessions: new Tile('Sessions', 'open'),
    connections: new Tile('Connections', 'open'),
    documents: new Tile('Documents', 'active'),
    hosts: new Tile('Hosts', 'well'),
  };
  const resolutions = resolutionsTable();
  const charts = {
    conflicts: new Chart({ id: 'conflicts', title: 'Conflicts by kind', hint: 'Conflicts per second: operations that met another at the same place, and were moved over it.', format: amount, stacked: true, least: 0.1, empty: 'No conflict in the last 15 minutes.', height: 250 }),
    ratio: new Chart({ id: 'conflict-ratio', title: 'Conflict rate', hint: 'Conflicts for each operation that was taken.', format: percent, least: 0.02, empty: 'No operation in the last 15 minutes.' }),
    operations: new Chart({ id: 'operations', title: 'Operations by outcome', hint: 'Submissions per second. Rebased: moved over what others did meanwhile.', format: amount, least: 1, empty: 'No operation in the last 15 minutes.' }),
    latency: new Chart({ id: 'latency', title: 'Latency', hint: 'Propagation: from the server’s order of an edit until another client had it. Commit: until it is durable.', format: duration, least: 0.01, empty: 'Nobody has edited in the last 15 minutes.' }),
    people: new Chart({ id: 'people', title: 'Sessions, connections, documents', hint: 'Open sessions and connections, active documents.', format: count, least: 4, empty: 'Nobody has been here in the last 15 minutes.' }),
    caches: new Chart({ id: 'caches', title: 'Cache hit ratio', hint: 'Look-ups answered from memory.', format: percent, least: 1, most: 1.02, empty: 'No cache was asked in the last 15 minutes.' }),
    log: new Chart({ id: 'log', title: 'Operation log', hint: 'Batch size: operations in one commit. Waiting: appends for the log.', format: amount, least: 2, empty: 'Nothing was written in the last 15 minutes.' }),
    deliveries: new Chart({ id: 'deliveries', title: 'Deliveries', hint: 'Messages to clients per second, of all web hosts.', format: amount, least: 1, empty: 'Nothing was delivered in the last 15 minutes.' }),
  };
  const hosts = hostsTable();
  const breakers = breakersTable();
  const documents = documentsTable();
  const conflicts = conflictsTable();
  const content = h('div', { class: 'board', hidden: true },
    h('section', { class: 'tiles', 'aria-label': 'Now' }, ...Object.values(tiles).map((tile) => tile.element)),
    charts.conflicts.element, resolutions.element,
    charts.operations.element, charts.latency.element, charts.ratio.element,
    documents.element, conflicts.element,
    charts.people.element, charts.deliveries.element, charts.caches.element,
    charts.log.element, breakers.element,
    hosts.element);
  const waiting = h('p', { class: 'waiting' }, 'Asking the cluster…');

  app.replaceChildren(
    h('header', { class: 'ops-bar' },
      h('span', { class: 'wordmark' }, 'Collab'),
      h('h1', null, 'Operations'),
      freshness.element,
      h('nav', { 'aria-label': 'Page' },
        isKnown() && iconButton('Sign out', icons.close(), () => {
          forget();
          location.reload();
        }),
        themeButton())),
    h('main', { id: 'main', tabindex: -1 }, hints, waiting, content));

  // The canvas is told its colours, so it has to be told of others.
  const recolor = () => Object.values(charts).forEach((chart) => chart.recolor());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolor);
  new MutationObserver(recolor).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  void document.fonts.ready.then(recolor);

  watch({
    after: () => history.settled,
    onReading: (reading, after) => {
      history.add(reading, after);
      waiting.hidden = true;
      content.hidden = false;
      freshness.read(reading);
      show(reading);
    },
    onFailure: (failure) => {
      waiting.textContent = `The cluster has not been heard yet. ${failure.message} Asking again…`;
      freshness.failed(failure);
    },
    onRefused,
  });

  function show(reading: Reading): void {
    const now = (name: string) => history.column(name).at(-1);
    const shown = Object.values(reading.charts.operations).reduce((sum, column) => sum + (column.at(-1) ?? 0), 0);
    tiles.operations.show(amount(shown), history.column('operations.applied').map((value, at) => (value ?? 0) + (history.column('operations.rebased')[at] ?? 0)));
    tiles.conflicts.show(percent(now('conflictRatio')), history.column('conflictRatio'));
    tiles.propagation.show(duration(now('propagation.p95')), history.column('propagation.p95'));
    tiles.sessions.show(count(now('sessions')), history.column('sessions'));
    tiles.connections.show(count(now('connections')), history.column('connections'));
    tiles.documents.show(count(now('documents')), history.column('documents'));
    const present = reading.hosts.filter((host) => host.state !== 'left');
    const well = present.filter((host) => host.state === 'telling');
    tiles.hosts.show(`${well.length}/${present.length}`, history.column('hosts'), well.length < present.length);

    const kinds = inOrder(history.names('conflicts'));
    const counts = (kind: string) => reading.counts.conflicts.filter((row) => row.kind === kind).reduce((sum, row) => sum + row.count, 0);
    draw('conflicts', kinds.map((kind) => ({ name: `conflicts.${kind}`, label: kindWord(kind), color: kindColor(kind), note: () => `${count(counts(kind))} in 15 min` })));
    draw('ratio', [{ name: 'conflictRatio', label: 'Conflict rate', color: '--accent' }]);
    draw('operations', [
      { name: 'operations.applied', label: 'Applied', color: '--kind-0' },
      { name: 'operations.rebased', label: 'Rebased', color: '--kind-4', dash: [8, 3] },
      { name: 'operations.duplicate', label: 'Duplicate', color: '--kind-2', dash: [3, 3] },
      { name: 'operations.rejected', label: 'Rejected', color: '--kind-1', dash: [12, 3, 2, 3] },
    ]);
    draw('latency', [
      { name: 'propagation.p50', label: 'Propagation p50', color: '--kind-0' },
      { name: 'propagation.p95', label: 'Propagation p95', color: '--kind-0', dash: [8, 3] },
      { name: 'commit.p50', label: 'Commit p50', color: '--kind-1' },
      { name: 'commit.p95', label: 'Commit p95', color: '--kind-1', dash: [8, 3] },
    ]);
    draw('people', [
      { name: 'sessions', label: 'Sessions', color: '--kind-0' },
      { name: 'connections', label: 'Connections', color: '--kind-1', dash: [8, 3] },
      { name: 'documents', label: 'Documents', color: '--kind-2', dash: [3, 3] },
    ]);
    draw('deliveries', [{ name: 'deliveries', label: 'Messages to clients', color: '--accent' }]);
    draw('caches', history.names('cacheHitRatio').map((cache, i) => ({ name: `cacheHitRatio.${cache}`, label: cache.replaceAll('_', ' '), color: `--kind-${i % 6}`, dash: [[], [8, 3], [3, 3], [12, 3, 2, 3]][i % 4]! })));
    draw('log', [
      { name: 'batchSize', label: 'Batch size', color: '--kind-0' },
      { name: 'batches', label: 'Commits/s', color: '--kind-1', dash: [8, 3] },
      { name: 'logQueue', label: 'Waiting', color: '--kind-2', dash: [3, 3] },
    ]);
    resolutions.show(reading.counts.conflicts);
    hosts.show(reading.hosts);
    breakers.show(reading.breakers);
    documents.show(reading.documents);
    conflicts.show(reading.conflicts);
    hint(reading.hints, reading.runbook);

    function draw(name: keyof typeof charts, lines: Parameters<Chart['show']>[1]): void {
      charts[name].show(history.times, lines, lines.map((line) => (name === 'conflicts' ? sinceStart(history.column(line.name)) : history.column(line.name))), reading.at);
    }
  }

  /** A kind that has not happened is not among the series, and that is a 0 as long as anybody tells of anything. */
  function sinceStart(column: Column): Column {
    const known = history.column('operations.applied');
    return column.map((value, at) => value ?? (known[at] === null ? null : 0));
  }

  /** A screen reader is told which there are when that changes, not each time that a number in them does. */
  function hint(found: readonly Hint[], runbook: string | null): void {
    const shown = JSON.stringify(found);
    if (shown === hintsShown) return;
    hintsShown = shown;
    const said = JSON.stringify(found.map(({ alert, severity }) => [alert, severity]));
    const texts = found.map(({ alert, severity, text }) => h('p', { class: 'hint-line', 'data-severity': severity, 'data-alert': alert },
      h('strong', null, severity === 'critical' ? 'Critical' : 'Warning'), h('span', null, text),
      runbook ? h('a', { href: `${runbook}#${alert.toLowerCase()}`, target: '_blank', rel: 'noreferrer' }, `Runbook: ${alert}`) : h('code', null, `docs/runbook.md#${alert.toLowerCase()}`)));
    hints.replaceChildren(...(texts.length > 0 ? texts : [h('p', { class: 'all-well' }, 'Nothing needs a look.')]));
    if (said !== hintsSaid) announce(found.length === 0 ? 'Nothing needs a look.' : found.map(({ text }) => text).join(' '));
    hintsSaid = said;
    document.title = found.length > 0 ? `(${found.length}) Operations · Collab` : 'Operations · Collab';
  }
}
