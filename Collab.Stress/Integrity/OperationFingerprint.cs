using Collab.Operations;
using Collab.Operations.Deltas;

namespace Collab.Stress.Integrity;

/// <summary>32 bits that stand for an operation: who made it, which of theirs, and what exactly it changes. Another one in each process.</summary>
/// <remarks>
/// Of the decoded components, not of their JSON: every client of a run takes the fingerprint of every operation that reaches it, and encoding each again would cost the tool more than applying it.
/// </remarks>
internal static class OperationFingerprint
{
    public static uint Of(string session, long sequence, IDelta delta)
    {
        var hash = new HashCode();
        hash.Add(session);
        hash.Add(sequence);
        foreach (var component in ((Delta)delta).Components)
        {
            hash.Add(((int)component.Kind, component.Length));
            hash.Add(string.GetHashCode(component.Text));
            hash.Add(component.Attributes);
            hash.Add(component.Embed);
        }

        return (uint)hash.ToHashCode();
    }
}
