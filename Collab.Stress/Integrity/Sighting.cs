namespace Collab.Stress.Integrity;

/// <summary>Somebody's content at a revision, with nothing pending.</summary>
/// <param name="Who">The client's name, for a finding.</param>
/// <param name="Hash">The content hash of <c>docs/protocol.md</c>.</param>
/// <param name="Length">Code units.</param>
internal sealed record Sighting(string Who, long Revision, uint Hash, int Length);
