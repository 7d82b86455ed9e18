import { h } from '../dom';
import { exact, share } from './numbers';
import type { RunReport } from './report';

export interface Verdict {
  /** `good`, `warn` or `bad`. */
  readonly mood: string;
  readonly word: string;
  readonly sentence: string;
}

/** What a run came to, in a word and a sentence. */
export function verdictOf(report: RunReport): Verdict {
  const { integrity, totals, scenarios } = report;
  if (scenarios) return together(report, scenarios);
  switch (report.outcome) {
    case 'not_whole':
      return { mood: 'bad', word: 'NOT WHOLE', sentence: 'The server lost, doubled or changed what it had acknowledged. Nothing else on this page matters before that is understood.' };
    case 'errors':
      return {
        mood: 'warn',
        word: integrity ? 'Whole, with errors' : 'With errors',
        sentence: `${wrong(report)}${integrity ? `; all ${exact(integrity.acknowledged)} operations that were acknowledged are there` : ''}.`,
      };
    case 'whole':
      return integrity
        ? { mood: 'good', word: 'Whole', sentence: `All ${exact(integrity.acknowledged)} acknowledged operations are in the log of their document, once each, and ${exact(integrity.replicas)} replicas of ${exact(integrity.documents)} ${integrity.documents === 1 ? 'document' : 'documents'} show what the log leads to.` }
        : { mood: 'good', word: 'Without errors', sentence: `All ${exact(totals?.attempted ?? 0)} attempts came out as they should.` };
    default:
      return { mood: 'warn', word: String(report.outcome).replaceAll('_', ' '), sentence: '' };
  }
}

/** Of `all`: as good as the worst. */
function together({ outcome }: RunReport, runs: readonly RunReport[]): Verdict {
  const bad = (which: string) => runs.filter((run) => run.outcome === which).map((run) => run.scenario).join(', ');
  if (outcome === 'not_whole') return { mood: 'bad', word: 'NOT WHOLE', sentence: `The server lost, doubled or changed what it had acknowledged, in ${bad('not_whole')}.` };
  return outcome === 'whole'
    ? { mood: 'good', word: 'Whole', sentence: `All ${exact(runs.length)} scenarios came out as they should.` }
    : { mood: 'warn', word: 'With errors', sentence: `Nothing that was acknowledged is lost. ${bad('errors') === '' ? 'Not every scenario could be run.' : `There were errors in ${bad('errors')}.`}` };
}

function wrong({ totals }: RunReport): string {
  const parts = [
    ...(totals && totals.failed > 0 ? [`${exact(totals.failed)} of ${exact(totals.attempted)} attempts failed`] : []),
    ...(totals && totals.unanswered > 0 ? [`${exact(totals.unanswered)} got no answer`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : 'Something went wrong on the way, see Errors';
}

export function verdict(report: RunReport): HTMLElement {
  const { mood, word, sentence } = verdictOf(report);
  const integrity = report.integrity;
  return h('div', { class: 'verdict', 'data-mood': mood, 'data-outcome': report.outcome },
    h('p', { class: 'verdict-word' }, word),
    h('p', { class: 'verdict-sentence' }, sentence, report.interrupted && ' Ended early, by Ctrl-C.'),
    integrity && h('dl', { class: 'integrity' },
      ...([['integrity', share(integrity.ratio)], ['acknowledged', exact(integrity.acknowledged)], ['lost', exact(integrity.lost)], ['doubled', exact(integrity.doubled)], ['altered', exact(integrity.altered)], ['diverged', exact(integrity.diverged)]] as const)
        .map(([name, value]) => h('div', { 'data-integrity': name, class: value !== '0' && !['integrity', 'acknowledged'].includes(name) ? 'is-bad' : '' }, h('dt', null, name), h('dd', null, value)))),
    integrity && integrity.findings.length > 0 && h('ul', { class: 'findings', 'aria-label': 'What was found' }, ...integrity.findings.map((finding) => h('li', null, finding)),
      integrity.findings_total > integrity.findings.length && h('li', null, `… and ${exact(integrity.findings_total - integrity.findings.length)} more.`)),
    integrity && integrity.not_compared.length > 0 && h('ul', { class: 'findings not-compared', 'aria-label': 'What could not be compared' }, ...integrity.not_compared.map((gap) => h('li', null, gap))));
}
