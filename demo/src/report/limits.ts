import { percent } from '../ops/numbers';
import { ms } from './numbers';
import type { RunReport } from './report';

/** The share of its machine's processors that the tool used over the run. */
export const toolShare = ({ tool, totals }: RunReport): number | null =>
  tool && totals && totals.seconds > 0 ? tool.cpu_seconds / (totals.seconds * tool.processors) : null;

/** Why the numbers of a run may be the tool's own rather than the server's; none, when there is no sign of it. The tool itself judges alike (`ToolLimit`). */
export function signsOfTheTool(report: RunReport): string[] {
  const { lateness, latency, server, tool, totals } = report;
  const own = toolShare(report) ?? 0;
  const both = server && tool && totals && totals.seconds > 0 ? (server.cpu_seconds + tool.cpu_seconds) / (totals.seconds * tool.processors) : 0;
  return [
    // Timers are some milliseconds late by themselves; a tenth of what is measured is not to be seen in it.
    ...(lateness && latency && lateness.count > 0 && lateness.p99 > Math.max(10, latency.p99 / 10)
      ? [`It was late itself: one in a hundred things was begun ${ms(lateness.p99)} or more after it was due. That much of the latency is not the server’s.`] : []),
    ...(own > 0.8
      ? [`It used ${percent(own)} of its machine’s processors, and what waits for a processor is measured as latency: take two of them, on two machines.`]
      : both > 0.9 ? [`Server and tool used ${percent(both)} of this machine’s processors together: each would do more with the other elsewhere.`] : []),
  ];
}
