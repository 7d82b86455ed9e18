using Collab.Client;
using Collab.Client.Documents;
using Collab.Operations;
using Collab.Stress.Server;

namespace Collab.Stress.Integrity;

/// <summary>One document when it has come to rest: its clients, somebody who joins now, its log, and its content where it is durable. They all have to agree.</summary>
/// <param name="limit">How long replicas may take to see the last operations.</param>
internal sealed class DocumentCheck(WatchedDocument document, StressServer server, CollabClient latecomer, TimeSpan limit)
{
    // Contents of clients that left before the end: each costs a pass over the document.
    private const int SightingsLimit = 256;

    // The beginning may be given up while it is read.
    private const int ReadingsLimit = 5;

    private readonly Findings _findings = new();
    private readonly List<string> _notCompared = [];
    private readonly IReadOnlyList<Witness> _witnesses = document.Witnesses;

    public async Task<IntegrityReport> RunAsync(CancellationToken cancellation)
    {
        var report = new IntegrityReport { Documents = 1, Replicas = _witnesses.Count };
        try
        {
            report = await CompareAsync(report, cancellation);
        }
        catch (Exception failure) when (failure is CollabException or HttpRequestException or InvalidDataException or DeltaFormatException or TimeoutException)
        {
            _findings.Add($"{document.Id} can't be compared: {failure.Message}");
        }

        return report with { Findings = _findings.Told, FindingsTotal = _findings.Total, NotCompared = _notCompared };
    }

    private async Task<IntegrityReport> CompareAsync(IntegrityReport report, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limit);
        var fresh = await JoinAsync(patience.Token, cancellation);
        try
        {
            var seen = await SettleAsync(fresh, patience.Token);
            for (int reading = 1; ; reading++)
            {
                try
                {
                    return await CompareAsync(report, fresh, seen, cancellation);
                }
                catch (HttpRequestException gone) when (DocumentLog.IsGivenUp(gone) && reading < ReadingsLimit)
                {
                    // What was found before that is found again.
                    _findings.Clear();
                    _notCompared.Clear();
                }
            }
        }
        finally
        {
            fresh.Close();
        }
    }

    private async Task<CollabDocument> JoinAsync(CancellationToken patience, CancellationToken cancellation)
    {
        try
        {
            return await latecomer.OpenAsync(document.Id, patience);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"Nobody could join it within {limit.TotalSeconds} s.");
        }
    }

    // Everybody gets to the newest revision that anybody has, and to the log's: whoever has left may have submitted something just before, which becomes durable after somebody has joined. Who does not is found by it.
    private async Task<List<(Witness Witness, Sighting? Seen)>> SettleAsync(CollabDocument fresh, CancellationToken patience)
    {
        while (!patience.IsCancellationRequested)
        {
            var present = _witnesses.Select(witness => witness.Document).OfType<CollabDocument>().Where(replica => replica.Phase != DocumentPhase.Closed).Append(fresh).ToList();
            long newest = present.Max(replica => replica.Revision);
            if (present.TrueForAll(replica => replica.Revision == newest && replica.IsSaved) && await HeadAsync(fresh.Kind, patience) <= newest)
                break;
            // Who did nothing for long was sent away.
            present.ForEach(replica => replica.Wake());
            await Task.Delay(20, patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (var witness in _witnesses)
            witness.Rest();
        return [.. _witnesses.Select(witness => (witness, witness.See()))];
    }

    private async Task<long> HeadAsync(IDocumentKind kind, CancellationToken patience)
    {
        try
        {
            return (await new DocumentLog(server, document.Id, kind).DescribeAsync(patience)).Head;
        }
        catch (OperationCanceledException)
        {
            // Out of patience: what is so far is compared.
            return long.MaxValue;
        }
    }

    private async Task<IntegrityReport> CompareAsync(IntegrityReport report, CollabDocument fresh, List<(Witness Witness, Sighting? Seen)> seen, CancellationToken cancellation)
    {
        var log = new DocumentLog(server, document.Id, fresh.Kind);
        var (start, head) = await log.DescribeAsync(cancellation);
        var durable = new DurableContents(log, start, head);
        var content = start == 0 ? fresh.Kind.Initial : (await log.ContentAsync(start, cancellation)).Content;
        var replay = new LogReplay(start, content, [head, fresh.Revision, .. durable.Revisions, .. Revisions(seen, start)]);
        var tally = new LogTally(document.Id, start, [.. _witnesses.Select(witness => (witness.Name, witness.Acknowledged))], _findings);
        await foreach (var operation in log.ReadAsync(start, cancellation))
        {
            tally.Add(operation);
            replay.Add(operation);
        }

        tally.Conclude();
        if (replay.Misfit is { } misfit)
            _findings.Add($"The log of {document.Id} can't be applied: revision {misfit.Revision}, sequence {misfit.Sequence} of session {misfit.Session}, does not fit what stands before it.");
        var comparison = new ReplicaComparison(document.Id, start, replay, _findings);
        foreach (var (witness, sighting) in seen)
            comparison.Compare(witness, sighting);
        comparison.CompareNewcomer(new Sighting("somebody who joins now", fresh.Revision, fresh.Content.Hash(), fresh.Content.Length));
        await durable.CompareAsync(document.Id, comparison, _findings, cancellation);
        if (start > 0)
            TellGivenUp(start, tally);
        return report with
        {
            Acknowledged = tally.Acknowledged,
            Lost = tally.Lost,
            GivenUp = tally.GivenUp,
            Doubled = tally.Doubled,
            Altered = comparison.Altered,
            Diverged = comparison.Diverged,
            Operations = replay.Head - start,
        };
    }

    // Where somebody's content is to be compared.
    private IEnumerable<long> Revisions(List<(Witness Witness, Sighting? Seen)> seen, long start)
    {
        long[] revisions = [.. seen.Select(each => each.Seen?.Revision ?? -1).Where(revision => revision >= start).Distinct().OrderDescending()];
        if (revisions.Length > SightingsLimit)
            _notCompared.Add($"{document.Id}: the contents of clients that left at {revisions.Length - SightingsLimit} early revisions.");
        return revisions.Take(SightingsLimit);
    }

    private void TellGivenUp(long start, LogTally tally)
    {
        _notCompared.Add($"{document.Id}: the log of the first {start} operations was given up; {tally.GivenUp} acknowledged operations can't be looked up.");
        // The content at the start is taken from the server; who was there before knows better, if it was never handed another snapshot.
        if (!_witnesses.Any(witness => witness.Document is not null && witness.SawEverything && witness.Delivered.Stretches is [var first, ..] && first.First <= start))
            _notCompared.Add($"{document.Id}: the content at revision {start}, where its log begins now, as no client has been there since before.");
    }
}
