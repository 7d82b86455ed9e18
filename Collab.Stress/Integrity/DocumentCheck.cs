using Collab.Client;
using Collab.Operations;
using Collab.Stress.Editing;
using Collab.Stress.Server;

namespace Collab.Stress.Integrity;

/// <summary>Compares, when a document has come to rest, its log with what its clients were told, and all that show it with each other.</summary>
internal static class DocumentCheck
{
    /// <param name="fresh">Joined when all was over: what the next person sees.</param>
    public static async Task<IntegrityReport> RunAsync(string document, IReadOnlyList<Participant> participants, CollabDocument fresh, StressServer server, CancellationToken cancellation)
    {
        var content = fresh.Kind.Initial;
        var found = new Dictionary<(string Session, long Sequence), int>();
        var findings = new List<string>();
        try
        {
            await foreach (var (session, sequence, delta) in server.LogAsync(document, fresh.Kind, cancellation))
            {
                found[(session, sequence)] = found.GetValueOrDefault((session, sequence)) + 1;
                content = content.Apply(delta);
            }
        }
        catch (Exception damage) when (damage is LengthMismatchException or DeltaFormatException)
        {
            findings.Add($"The log of {document} can't be applied: {damage.Message}");
        }

        var acknowledged = participants.SelectMany(participant => participant.Acknowledged).ToList();
        var lost = acknowledged.Where(operation => !found.ContainsKey(operation)).ToList();
        int doubled = found.Values.Count(times => times > 1);
        if (lost.Count > 0)
            findings.Add($"{document} has lost {lost.Count} of {acknowledged.Count} acknowledged operations, the first is {lost[0].Sequence} of session {lost[0].Session}.");
        if (doubled > 0)
            findings.Add($"The log of {document} holds {doubled} operations more than once.");
        Compare(fresh, "what somebody sees who joins now");
        foreach (var participant in participants)
            Compare(participant.Document, $"what {participant.Name} sees");
        return new IntegrityReport(acknowledged.Count, acknowledged.Count - lost.Count, doubled, findings);

        void Compare(CollabDocument replica, string whose)
        {
            if (replica.Content.Hash() != content.Hash())
                findings.Add($"{document}: {whose} is not what the log's operations lead to ({replica.Content.Length} against {content.Length} code units, revision {replica.Revision}).");
        }
    }
}
