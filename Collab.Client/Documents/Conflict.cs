namespace Collab.Client.Documents;

/// <summary>Two people changed the same place without knowing of each other; see <c>docs/operations.md</c>.</summary>
/// <param name="Kind">What met what, for example <c>concurrent_insert</c>.</param>
/// <param name="Resolution">What became of the later one: <c>ordered</c>, <c>merged</c>, <c>kept</c>, <c>overwritten</c>, <c>dropped</c> or <c>refused</c>.</param>
/// <param name="Start">Where, in the document after the operation; code units from 0.</param>
/// <param name="Length">How much of it, 0 where nothing is left.</param>
/// <param name="Revision">The other party's operation.</param>
/// <param name="Session">The other party.</param>
/// <param name="Author">The other party's display name, or null.</param>
public sealed record Conflict(string Kind, string Resolution, int Start, int Length, long Revision, string Session, string? Author);
