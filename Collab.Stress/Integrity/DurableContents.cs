namespace Collab.Stress.Integrity;

/// <summary>The content over REST, at the head and at some earlier revisions: those the server reads from where it is durable, so that what it has in memory alone is found to be missing there.</summary>
internal sealed class DurableContents(DocumentLog log, long start, long head)
{
    // Each of them the server replays from the snapshot before it: one in so many operations, and the last but one always.
    private const int Spacing = 1000;
    private const int Limit = 8;

    public IReadOnlyList<long> Revisions { get; } = Choose(start, head);

    public async Task CompareAsync(string document, ReplicaComparison comparison, Findings findings, CancellationToken cancellation)
    {
        foreach (long? revision in Revisions.Cast<long?>().Append(null))
        {
            try
            {
                var (at, content) = await log.ContentAsync(revision, cancellation);
                comparison.CompareContent(new Sighting("the content over REST", at, content.Hash(), content.Length));
            }
            catch (HttpRequestException refused) when (!DocumentLog.IsGivenUp(refused))
            {
                findings.Add($"{document}: the content at {(revision is null ? "the head" : $"revision {revision}")} is not given out: {refused.Message}");
            }
            catch (InvalidDataException contradiction)
            {
                findings.Add($"{document}: {contradiction.Message}");
            }
        }
    }

    private static List<long> Choose(long start, long head)
    {
        long last = head - 1;
        if (last <= start)
            return [];
        long count = Math.Clamp((last - start) / Spacing, 1, Limit);
        return [.. Enumerable.Range(1, (int)count).Select(part => start + ((last - start) * part / count))];
    }
}
