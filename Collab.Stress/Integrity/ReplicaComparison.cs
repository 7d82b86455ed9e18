namespace Collab.Stress.Integrity;

/// <summary>Compares what each client saw with the log: its content, and the operations that it was sent, one by one.</summary>
internal sealed class ReplicaComparison(string document, long start, LogReplay replay, Findings findings)
{
    // Of stretches that were given up: what the first client that had them all was sent.
    private readonly Dictionary<long, (DeliveredOperations.Stretch Stretch, string Name)> _givenUp = [];

    /// <summary>How many were not the document, at the end or at any time.</summary>
    public int Diverged { get; private set; }

    /// <summary>Clients' operations that the log has in another form than they were sent.</summary>
    public long Altered { get; private set; }

    public void Compare(Witness witness, Sighting? seen)
    {
        bool isSame = CompareEvents(witness);
        isSame &= CompareDelivered(witness);
        isSame &= CompareContent(witness, seen);
        if (!isSame)
            Diverged++;
    }

    /// <summary>Compares a content with what the log leads to at its revision.</summary>
    /// <returns>False if it is another. What can't be compared counts as the same.</returns>
    public bool CompareContent(Sighting seen)
    {
        if (replay.HashAt(seen.Revision) is not { } hash || hash == seen.Hash)
            return true;
        findings.Add($"{document}: {seen.Who} at revision {seen.Revision} is not what the log's operations lead to: {seen.Length} code units that hash to {seen.Hash:x8}, not {hash:x8}.");
        return false;
    }

    /// <summary>Compares what somebody sees who came when all was over.</summary>
    public void CompareNewcomer(Sighting seen)
    {
        if (seen.Revision != replay.Head)
            findings.Add($"{document}: {seen.Who} gets to revision {seen.Revision}; the log ends at {replay.Head}.");
        CompareContent(seen);
    }

    private bool CompareEvents(Witness witness)
    {
        if (witness.FirstAlteration is { } altered)
        {
            Altered += witness.Alterations;
            findings.Add(
                $"{document} has {witness.Alterations} operations otherwise than {witness.Name} had sent them, the first is revision {altered.Revision}, sequence {altered.Sequence} of session {altered.Session}.");
        }

        if (witness.Divergences > 0)
            findings.Add($"{document}: the content of {witness.Name} was found not to be the document's {witness.Divergences} times, first at revision {witness.FirstDivergence}, and was replaced.");
        return witness.Divergences == 0;
    }

    private bool CompareDelivered(Witness witness)
    {
        foreach (var stretch in witness.Delivered.Stretches)
        {
            if (stretch.Last > replay.Head)
            {
                findings.Add($"{document}: {witness.Name} was sent operations up to revision {stretch.Last}, and the log ends at {replay.Head}.");
                return false;
            }

            var logged = replay.Fingerprints(stretch.First, stretch.Last, out bool areThere);
            if (areThere && stretch.FindDifference(logged) is { } difference)
            {
                findings.Add($"{document}: {witness.Name} was sent {Name(difference)}.");
                return false;
            }

            if (stretch.Last <= start && stretch.IsFull && !_givenUp.TryAdd(stretch.First, (stretch, witness.Name)) && _givenUp[stretch.First] is var other && other.Stretch != stretch)
            {
                findings.Add($"{document}: {witness.Name} and {other.Name} were sent different operations between revisions {stretch.First} and {stretch.Last}; the log no longer has them.");
                return false;
            }
        }

        return true;
    }

    private bool CompareContent(Witness witness, Sighting? seen)
    {
        if (seen is null)
            return true;
        // Who left earlier saw less.
        if (witness.Document is not null && seen.Revision < replay.Head)
        {
            findings.Add($"{document}: {witness.Name} stayed at revision {seen.Revision}; the log ends at {replay.Head}.");
            return false;
        }

        return CompareContent(seen);
    }

    private static string Name(DeliveredOperations.Difference difference) => difference.Kind switch
    {
        DeliveredOperations.DifferenceKind.Changed => $"another operation {difference.First} than the log has",
        DeliveredOperations.DifferenceKind.Swapped => $"operations {difference.First} and {difference.Last} in the other order than the log has them",
        _ => $"other operations between revisions {difference.First} and {difference.Last} than the log has",
    };
}
