namespace Collab.Stress.Traces;

/// <summary>A recorded editing session, as a server orders it: transaction <i>i</i>, from 0, becomes revision <i>i</i> + 1, over whatever its author did not have.</summary>
/// <param name="Start">The text before the first transaction.</param>
/// <param name="HasTimes">Whether it says when things happened.</param>
/// <param name="FinalSha256">Of the text after the last transaction, UTF-8, lower-case hexadecimal.</param>
internal sealed record EditingTrace(string Name, int Agents, string Start, IReadOnlyList<TraceTransaction> Transactions, bool HasTimes, string FinalSha256);
