import { percent } from '../ops/numbers';
import { ms } from './numbers';
import type { RunReport } from './report';

/** The share of its machine's processors that the tool used over the run. */
export const toolShare = ({ tool, totals }: RunReport): number | null =>
  tool && totals && totals.seconds > 0 ? tool.cpu_seconds / (totals.seconds * tool.processors) : null;

/** Why the numbers of a run may be the tool's own rather than the server's; none, when there is no sign of it. */
export function signsOfTheTool(report: RunReport): string[] {
  const { lateness, latency } = report;
  const busy = Math.max(toolShare(report) ?? 0, ...(report.timeline ?? []).map((moment) => moment.tool_cpu ?? 0));
  return [
    // Timers are some milliseconds late by themselves; a tenth of what is measured is not to be seen in it.
    ...(lateness && latency && lateness.count > 0 && lateness.p99 > Math.max(10, latency.p99 / 10)
      ? [`It was late itself: one in a hundred things was begun ${ms(lateness.p99)} or more after it was due. That much of the latency is not the server’s.`] : []),
    ...(busy > 0.8 ? [`It used up to ${percent(busy)} of its machine’s processors, and what waits for a processor is measured as latency.`] : []),
  ];
}
