import { closeReasons, conflictKinds, connectionStates, documentKinds, meaning, outcomes, palette, quantiles, resolutions, times } from './colors.mjs';
import { dashboard, variable } from './dashboard.mjs';
import { any, bars, dashed, docs, heatmap, line, orNone, orZero, over, runbook, stat, text, timeseries, dashboard as to } from './panels.mjs';

const hosts = 'service=~"$service",instance=~"$instance"';
const documents = `${hosts},kind=~"$kind"`;
const taken = `sum(rate(collab_operations_total{${hosts},outcome=~"applied|rebased"}[$__rate_interval]))`;

const ratio = 'cluster:collab_conflicts:ratio_rate5m';
const byKind = Object.keys(conflictKinds);

const livePage = { title: 'Live page: the documents and their conflicts', url: '${ops}', targetBlank: true };
const conflicts = [livePage, runbook('CollabConflictRatioHigh'), docs('What conflicts are', 'operations.md#conflicts')];

// For each kind, 0 where it did not happen: a stack with holes can't be read. The overall ratio is there whenever somebody edits.
const kindRatio = (kind) => `kind:collab_conflicts:ratio_rate5m{kind="${kind}"} or on () label_replace(0 * ${ratio}, "kind", "${kind}", "", "")`;

const limits = [[null, meaning.good], [0.05, meaning.notable], [0.2, meaning.bad]];

export default dashboard({
  uid: 'collab-collaboration',
  title: 'Collab: collaboration',
  description: 'What people do together: how often they meet in one place and what becomes of it, operations, how fast others see them, documents, sessions.',
  variables: [variable.service, variable.instance, variable.kind],
  links: [{ title: 'Live page', url: '${ops}', icon: 'bolt' }],
  rows: [
    {
      title: 'Conflicts',
      panels: [
        stat('Conflict ratio', 'Conflicts for each operation that was taken, over five minutes, of the whole cluster. A conflict is no failure: everybody ends with the same text, and people are shown where they met. Under 0.05 is what people cause; over 0.2 for a quarter of an hour is an alert. With nobody editing there is no ratio.', ratio, { w: 4, h: 5, unit: 'percentunit', decimals: 1, thresholds: over(0.05, 0.2), noValue: 'nobody edits', links: conflicts }),
        timeseries('Conflict ratio by kind', [
          'Conflicts for each operation that was taken, stacked by kind; the line is the ratio of all, the dashed ones are where it gets notable (0.05) and where it alerts after a quarter of an hour (0.2).',
          '**What is normal** for N authors of one document: (N − 1) · r · d · q. Each makes r operations a second (a client sends one at a time, so r · d never passes 1), which others don\'t know of for d seconds, and one in 1/q of those that meet stands in the same place.',
          'People who write paragraphs of their own have q under 0.001: 40 of them at 5/s with d = 0.25 s showed 0.009. Everybody in one line of 40 letters has q ≈ 0.15: two at 10/s with d = 0.01 s showed 0.017, ten of them 0.16.',
          '**Bad**: a ratio that rises while "Authors of a document" and "Operations/s" don\'t: then d has grown (slow clients, a slow log: see Propagation and Durable), or programs write the same thing (one kind alone, most often overlapping_delete or format_against_format).',
          '**Do**: open the live page, which names the hottest documents and their recent conflicts; then the runbook.',
        ].join('\n\n'), [
          ...byKind.map((kind) => [kindRatio(kind), kind]),
          [ratio, 'all'],
        ], { w: 14, h: 10, unit: 'percentunit', decimals: 1, stack: 'normal', colors: conflictKinds, thresholds: limits, overrides: [line('all', palette.black)], table: ['mean', 'max', 'lastNotNull'], links: conflicts, noValue: 'nobody edits' }),
        timeseries('What became of them', 'Share of conflicts by resolution. Ordered, merged and kept lose nothing of anybody\'s: that is most of them. Overwritten and dropped took somebody\'s change away (a format that another replaced, a format on what was deleted): many of those are people or programs that undo each other.', [[orNone(`sum by (resolution) (rate(collab_conflicts_total{${hosts}}[$__rate_interval]))`, 'resolution'), '{{resolution}}']], { w: 6, h: 10, unit: 'cps', stack: 'percent', colors: resolutions, links: conflicts }),
        stat('Against an hour before', 'By how much the ratio is higher than an hour before. Compared like this, a defect that came with a roll-out stands out from the time of day.', `${ratio} - (${ratio} offset 1h)`, { w: 4, h: 5, unit: 'percentunit', decimals: 1, thresholds: over(0.05, 0.15), noValue: 'no hour before', links: conflicts }),
        timeseries('Ratio now and before', 'The ratio beside that of an hour and of a day before. The same curve at the same time of day is people; a step that yesterday does not have, most of all at a roll-out (purple mark), is software. Each of the two appears when there is data so old.', [
          [ratio, 'now'],
          [`${ratio} offset 1h`, 'an hour before'],
          [`${ratio} offset 1d`, 'a day before'],
        ], { w: 8, h: 8, unit: 'percentunit', decimals: 1, colors: times, overrides: [line('an hour before', times['an hour before'], [dashed]), line('a day before', times['a day before'], [dashed])], links: conflicts, noValue: 'nobody edits' }),
        timeseries('What drives it', 'The ratio (left) beside what it should follow (right): authors of a document and operations per second of each session. All three rise together when people gather in one place. The ratio rising alone is delay, or a program.', [
          [ratio, 'Conflict ratio'],
          [`sum(collab_active_sessions{${hosts}}) / (sum(collab_active_documents{${hosts}}) > 0)`, 'Authors of a document'],
          [`sum(rate(collab_operations_total{${hosts}}[$__rate_interval])) / (sum(collab_active_sessions{${hosts}}) > 0)`, 'Operations/s of a session'],
        ], { w: 8, h: 8, unit: 'percentunit', decimals: 1, colors: { 'Conflict ratio': palette.vermilion, 'Authors of a document': palette.blue, 'Operations/s of a session': palette.sky }, right: ['Authors of a document', 'Operations/s of a session'], links: conflicts }),
        timeseries('Meetings that conflict', 'Two shares that tell delay from collision. Of all operations, those that had to be rebased: how much goes on at once. Of those, conflicts: whether it goes on in one place. The first rising is a crowd or delay, and no reason to worry by itself; the second rising is people or programs in the same line.', [
          [`sum(rate(collab_operations_total{${hosts},outcome="rebased"}[$__rate_interval])) / (${taken} > 0)`, 'rebased of taken'],
          [`(sum(rate(collab_conflicts_total{${hosts}}[$__rate_interval])) or vector(0)) / (sum(rate(collab_operations_total{${hosts},outcome="rebased"}[$__rate_interval])) > 0)`, 'conflicts of rebased'],
        ], { w: 8, h: 8, unit: 'percentunit', decimals: 1, colors: { 'rebased of taken': palette.sky, 'conflicts of rebased': palette.vermilion }, links: conflicts, noValue: 'nobody edits' }),
        heatmap('Rebase distance', 'How many operations came between the revision that an author saw and the head, for each operation (brighter: more of them). Most are at 0 or 1 with few authors, and at about authors × operations/s × delay with many. A band that climbs is clients that fall behind; over 4,096 the log is read for each.', `sum by (le) (increase(collab_operation_rebase_distance_bucket{${documents}}[$__rate_interval]))`, { w: 12, h: 9, unit: 'none', links: [runbook('CollabConflictRatioHigh')] }),
        bars('Conflicts in the time range', 'How many of each kind, with what became of them, in the time range shown. One kind far ahead of the others is rarely people: overlapping_delete is two programs that clean up the same thing, format_against_format two that format it.', orNone(`sum by (kind, resolution) (increase(collab_conflicts_total{${hosts}}[$__range]))`, 'kind'), '{{kind}} {{resolution}}', { w: 6, h: 9, unit: 'short', decimals: 0, links: conflicts }),
        bars('Where', 'Conflicts for each operation, by process, over the time range. Far more on one silo is one document: the live page says which.', `(sum by (instance) (increase(collab_conflicts_total{${hosts}}[$__range])) or 0 * sum by (instance) (increase(collab_operations_total{${hosts}}[$__range]))) / (sum by (instance) (increase(collab_operations_total{${hosts},outcome=~"applied|rebased"}[$__range])) > 0)`, '{{instance}}', { w: 6, h: 9, unit: 'percentunit', decimals: 1, links: conflicts, noValue: 'nobody edits' }),
      ],
    },
    {
      title: 'Operations',
      panels: [
        timeseries('Operations by outcome', 'Submissions per second. Applied met nothing new, rebased were moved over others\' edits, duplicates had been applied before (answers that got lost on the way: over 1 % is a bad network), rejected were refused.', [[`sum by (outcome) (rate(collab_operations_total{${documents}}[$__rate_interval]))`, '{{outcome}}']], { w: 8, h: 8, unit: 'ops', stack: 'normal', colors: outcomes }),
        timeseries('Operations by document kind', 'Submissions per second by the kind of document..', [[`sum by (kind) (rate(collab_operations_total{${documents}}[$__rate_interval]))`, '{{kind}}']], { w: 8, h: 8, unit: 'ops', stack: 'normal', colors: documentKinds }),
        timeseries('Refused operations', 'Refusals per second by error code. storage_unavailable, timeout and overloaded are the system\'s own fault; malformed, length_mismatch and sequence_reused a client\'s defect; rate_limited somebody who is too fast; conflict comes of documents with the policy strict alone.', [[orNone(`topk(8, sum by (reason) (rate(collab_operation_rejections_total{${hosts}}[$__rate_interval])) > 0)`, 'reason'), '{{reason}}']], { w: 8, h: 8, unit: 'ops', stack: 'normal', links: [docs('Error codes', 'protocol.md#error-codes')] }),
        timeseries('Durable after', 'From when the document got an operation until it is on disk. Some ms are usual; p99 over 0.25 s is felt, over 1 s an alert. Slow together with Infrastructure\'s "Commit" it is the store, else the silo has too little CPU.', [
          [`histogram_quantile(0.5, sum by (le) (rate(collab_operation_duration_seconds_bucket{${documents}}[$__rate_interval])))`, 'p50'],
          [`histogram_quantile(0.95, sum by (le) (rate(collab_operation_duration_seconds_bucket{${documents}}[$__rate_interval])))`, 'p95'],
          ['cluster:collab_operation_duration_seconds:p99_5m', 'p99'],
        ], { w: 8, h: 8, unit: 's', colors: quantiles, links: [runbook('CollabSlowOperations'), to('The log', 'collab-infrastructure')] }),
        timeseries('Propagation', 'From the server\'s order of an operation until another client has it, as clients report it. p95 under 0.25 s feels like one room; 0.512 s is promised for 99 %.', [
          [`histogram_quantile(0.5, sum by (le) (rate(collab_client_propagation_seconds_bucket{${hosts}}[$__rate_interval])))`, 'p50'],
          ['cluster:collab_client_propagation_seconds:p95_5m', 'p95'],
          [`histogram_quantile(0.99, sum by (le) (rate(collab_client_propagation_seconds_bucket{${hosts}}[$__rate_interval])))`, 'p99'],
        ], { w: 8, h: 8, unit: 's', colors: quantiles, connect: 60000, thresholds: [[null, meaning.good], [0.512, meaning.bad]], links: [runbook('CollabPropagationBudgetBurn')], noValue: 'no reports' }),
        stat('Replicas that diverged', 'Clients in the time range whose content was not the document\'s at the same revision. 0, always: each is a defect of a client or of the algebra, or a damaged store. They were healed with a snapshot.', orZero(`sum(increase(collab_content_checks_total{${hosts},result="mismatch"}[$__range]))`), { w: 4, h: 8, unit: 'none', decimals: 0, thresholds: any, graph: false, links: [runbook('CollabContentMismatch')] }),
        stat('Replicas compared', 'Comparisons per second of a client\'s content with the document\'s: that the panel beside says 0 means something only while this is over 0.', `sum(rate(collab_content_checks_total{${hosts}}[$__rate_interval]))`, { w: 4, h: 8, unit: 'cps' }),
      ],
    },
    {
      title: 'People and documents',
      panels: [
        timeseries('Sessions and people', 'Open sessions (one for each person and document, those included that wait for their connection) and subjects known by name. Half of an hour before, outside of closing time: people were thrown out.', [
          [`sum(collab_active_sessions{${hosts}})`, 'sessions'],
          [orZero(`sum(collab_active_users{${hosts}})`), 'people with a name'],
          ['sum(collab_active_sessions offset 1h)', 'sessions an hour before'],
        ], { w: 8, h: 8, unit: 'none', colors: { sessions: palette.blue, 'people with a name': palette.orange }, overrides: [line('sessions an hour before', palette.black, [dashed])], links: [runbook('CollabConnectionsCollapsed')] }),
        timeseries('Active documents', 'Documents in memory, by kind. They leave a while after the last person. At Collab:Documents:ActiveDocumentsLimit the next is refused.', [[`sum by (kind) (collab_active_documents{${documents}})`, '{{kind}}']], { w: 8, h: 8, unit: 'none', stack: 'normal', colors: documentKinds }),
        timeseries('Documents created and opened', 'Documents created, and sessions opened, per second. Creations far over what people make are a program without end; sessions ten times the usual without more people are clients that join anew instead of resuming.', [
          [`sum by (kind) (rate(collab_documents_total{${documents}}[$__rate_interval]))`, 'created: {{kind}}'],
          [`sum(rate(collab_sessions_total{${hosts}}[$__rate_interval]))`, 'sessions opened'],
        ], { w: 8, h: 8, unit: 'cps', colors: { 'created: text': documentKinds.text, 'created: richtext': documentKinds.richtext, 'sessions opened': palette.green } }),
        timeseries('Sessions that end', 'By reason, per second. transport_failed over a quarter of all: networks or proxies cut people off who don\'t come back in time. server_shutdown belongs to roll-outs (purple marks) alone.', [[orNone(`sum by (reason) (rate(collab_sessions_closed_total{${hosts}}[$__rate_interval]))`, 'reason'), '{{reason}}']], { w: 8, h: 8, unit: 'cps', stack: 'normal', colors: closeReasons }),
        timeseries('Sessions that come back', 'Resumes per second by result. A wave of resumed is a host or proxy that cut its connections; refused over 5 % is two tabs with one session, hosts with different keys, or somebody who tries.', [[orNone(`sum by (result) (rate(collab_session_resumes_total{${hosts}}[$__rate_interval]))`, 'result'), '{{result}}']], { w: 8, h: 8, unit: 'cps', stack: 'normal', colors: { resumed: palette.blue, expired: palette.orange, refused: palette.vermilion } }),
        timeseries('Streams to connections', 'What each document\'s stream to each connection does now. live is all right; many slow are clients or networks that don\'t take what they are sent; catching_up for longer than a moment is a web host that lags.', [[`sum by (state) (collab_connection_state{${hosts}})`, '{{state}}']], { w: 8, h: 8, unit: 'none', stack: 'normal', colors: connectionStates }),
        timeseries('Presence', 'Carets and selections received per second, beside the sessions they come from. Over twenty a second for each are held back.', [[`sum(rate(collab_presence_updates_total{${hosts}}[$__rate_interval]))`, 'updates']], { w: 8, h: 8, unit: 'cps', colors: { updates: palette.purple } }),
        timeseries('Round trip and jitter', 'As clients measure them each ten seconds, p95. It is people\'s networks: what has not changed here while propagation got slow is not the network\'s fault.', [
          [`histogram_quantile(0.95, sum by (le) (rate(collab_client_rtt_seconds_bucket{${hosts}}[$__rate_interval])))`, 'round trip'],
          [`histogram_quantile(0.95, sum by (le) (rate(collab_client_jitter_seconds_bucket{${hosts}}[$__rate_interval])))`, 'jitter'],
        ], { w: 8, h: 8, unit: 's', connect: 60000, colors: { 'round trip': palette.blue, jitter: palette.sky }, noValue: 'no reports' }),
        heatmap('Size of documents', 'Content of documents when they are loaded and at each snapshot. Over 4 MiB joins take long.', `sum by (le) (increase(collab_document_size_bytes_bucket{${documents}}[$__rate_interval]))`, { w: 8, h: 8, unit: 'bytes' }),
      ],
    },
    {
      title: 'How to read it',
      panels: [
        text('Reading conflicts', 'How the panels above belong together.', `
1. **Is it people?** *What drives it*: the ratio follows authors and operations. *Ratio now and before*: the same curve yesterday. Then nothing is wrong.
2. **Is it delay?** *Meetings that conflict*: "rebased of taken" rises, "conflicts of rebased" does not. *Propagation* and *Durable after* say where the time goes; *Rebase distance* climbs.
3. **Is it a program?** "conflicts of rebased" rises, one kind stands out in *Conflicts in the time range*, one process in *Where*. The [live page](\${ops}) names the document and who met in it.
4. **Did somebody lose something?** *What became of them*: only overwritten and dropped take a change away, and both are formats. Text is never lost to a conflict; where it must not be merged, give the document the policy \`strict\`.

The kinds and resolutions are explained in [operations.md](\${docs}/operations.md#conflicts), what to do in the [runbook](\${docs}/runbook.md#collabconflictratiohigh).
`, { w: 24, h: 7 }),
      ],
    },
  ],
});
