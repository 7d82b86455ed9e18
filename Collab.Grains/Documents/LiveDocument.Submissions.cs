using System.Collections.Immutable;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Grains.Log;
using Collab.Observability;

namespace Collab.Grains.Documents;

// What people submit: decided at once, durable later.
public sealed partial class LiveDocument
{
    private static readonly BatchOutcome Applied = new([]);

    /// <summary>Decides at once, in the order of calls; completes when the decision is durable.</summary>
    public async Task<SubmitOutcome> SubmitAsync(Submission submission)
    {
        long started = clock.GetTimestamp();
        return (TooFast() ?? CannotDecide()) is { } notNow ? Refuse(notNow) : await DecideAndKeepAsync(submission, started);
    }

    /// <summary>Decides what a host gathered, in its order; completes when everything is durable, refused, or known to take longer.</summary>
    /// <remarks>What needs nothing of the log to be decided, which is nearly everything, is decided in this turn without waiting, and is in one flush.</remarks>
    public async Task<BatchOutcome> OfferAsync(SubmissionBatch batch)
    {
        long started = clock.GetTimestamp();
        var submissions = batch.Submissions;
        var at = clock.GetUtcNow();
        var applied = new Decision.Applied?[submissions.Length];
        List<SubmissionAnswer>? answers = null;
        int appliedCount = 0;
        List<int>? late = null;
        try
        {
            Task<CommitOutcome>? flush;
            try
            {
                for (int i = 0; i < submissions.Length; i++)
                {
                    var submission = submissions[i];
                    if ((TooFast() ?? CannotDecide()) is { } notNow)
                        (answers ??= []).Add(new SubmissionAnswer(i, Refuse(notNow)));
                    else if ((late is not null && IsAmong(late, submissions, submission.Session)) || !TryKeep(authority.Decide(submission, [], at), out applied[i], out var outcome))
                        (late ??= []).Add(i);
                    else if (outcome is not null)
                        (answers ??= []).Add(new SubmissionAnswer(i, outcome));
                    else
                        appliedCount++;
                }
            }
            finally
            {
                // Also where one of them is met by a defect: what is decided is never taken back.
                flush = appliedCount > 0 ? commits.Flush() : null;
            }

            var following = late is null ? null : DecideLateAsync(submissions, late, started);
            if (flush is not null)
                Settle(await flush, applied, appliedCount, ref answers, started);
            if (following is not null)
                (answers ??= []).AddRange(await following);
            return answers is null ? Applied : new BatchOutcome([.. answers]);
        }
        finally
        {
            settled?.Invoke();
        }
    }

    private async Task<SubmitOutcome> DecideAndKeepAsync(Submission submission, long started)
    {
        var decision = await DecideAsync(submission);
        // The log may have failed while it was asked.
        if (commits.HasFailed)
            return Refuse(InDoubt());
        if (decision is not Decision.Applied applied)
            return await SettleAsync(decision);

        if (applied.Conflicts.Length > 0)
            _conflicts.Add(applied.Conflicts);
        using var append = CollabActivities.Append(description.Id.Value, kind.Name).Tag(SpanTag.Revision, applied.Record.Revision.Value);
        traces?.Add(applied.Record.Revision, append.Parent);
        if (NotDurable(await commits.Enqueue(applied.Record, applied.Content)) is { } notDurable)
        {
            append.Refuse(notDurable.Reason.Code());
            return Refuse(notDurable);
        }

        _metrics.Count(applied, clock.GetElapsedTime(started));
        return new SubmitOutcome(applied.Record.Revision);
    }

    /// <summary>Takes a decision of a batch into what is to be made durable.</summary>
    /// <param name="applied">It, if it is an operation.</param>
    /// <param name="outcome">What is answered at once, if anything.</param>
    /// <returns>False: it can't be settled without waiting.</returns>
    private bool TryKeep(Decision decision, out Decision.Applied? applied, out SubmitOutcome? outcome)
    {
        (applied, outcome) = (decision as Decision.Applied, null);
        if (applied is not null)
        {
            if (applied.Conflicts.Length > 0)
                _conflicts.Add(applied.Conflicts);
            commits.Add(applied.Record, applied.Content);
            return true;
        }

        if (decision is Decision.Refused refused)
            outcome = Refused(refused);
        else if (decision is Decision.Duplicate { Revision: var revision } && revision <= commits.Durable)
            outcome = Duplicate(decision, revision);
        return outcome is not null;
    }

    private void Settle(CommitOutcome outcome, Decision.Applied?[] decided, int count, ref List<SubmissionAnswer>? answers, long started)
    {
        if (NotDurable(outcome) is not { } notDurable)
        {
            _metrics.Count(decided, count, clock.GetElapsedTime(started));
            return;
        }

        for (int i = 0; i < decided.Length; i++)
        {
            if (decided[i] is not null)
                (answers ??= []).Add(new SubmissionAnswer(i, Refuse(notDurable)));
        }
    }

    /// <summary>Those that have to wait, for older operations or for others to be durable: beside each other, but those of one session one after the other, or the later would overtake.</summary>
    private async Task<SubmissionAnswer[]> DecideLateAsync(ImmutableArray<Submission> submissions, List<int> late, long started)
    {
        var outcomes = new Task<SubmitOutcome>[late.Count];
        var last = new Dictionary<SessionId, Task>();
        for (int i = 0; i < outcomes.Length; i++)
        {
            var submission = submissions[late[i]];
            last[submission.Session] = outcomes[i] = AfterAsync(last.GetValueOrDefault(submission.Session, Task.CompletedTask), submission);
        }

        var answers = new List<SubmissionAnswer>();
        for (int i = 0; i < outcomes.Length; i++)
        {
            var outcome = await outcomes[i];
            if (outcome.Refusal is not null || outcome.IsDuplicate)
                answers.Add(new SubmissionAnswer(late[i], outcome));
        }

        return [.. answers];

        async Task<SubmitOutcome> AfterAsync(Task before, Submission submission)
        {
            await before;
            try
            {
                return CannotDecide() is { } notNow ? Refuse(notNow) : await DecideAndKeepAsync(submission, started);
            }
            catch (LogUnavailableException failure)
            {
                return new SubmitOutcome(Revision.Zero, Refusal: failure.ToRefusal());
            }
        }
    }

    private static bool IsAmong(List<int> late, ImmutableArray<Submission> submissions, SessionId session)
    {
        foreach (int i in late)
        {
            if (submissions[i].Session == session)
                return true;
        }

        return false;
    }

    /// <summary>Why nothing is to be decided now: what is decided is never taken back, so it had better become durable.</summary>
    private Refusal? CannotDecide()
    {
        if (commits.HasFailed)
            return InDoubt();
        if (commits.AwayFor is { } wait)
            return Away(wait);
        if (commits.UncommittedBytes < options.UncommittedBytesLimit && commits.UncommittedCount < options.WindowOperationsLimit / 2)
            return null;
        LimitMetrics.Reached(Limit.UncommittedBytes);
        return new Refusal(RefusalReason.Overloaded, $"{commits.UncommittedCount} operations of {commits.UncommittedBytes} bytes wait for the log, over the limit of {options.UncommittedBytesLimit} (Collab:Documents:UncommittedBytesLimit).");
    }

    // Also what turns out to be a duplicate, or malformed: deciding that is what costs.
    private Refusal? TooFast()
    {
        if (_rate.TryTake() is not { } wait)
            return null;
        LimitMetrics.Reached(Limit.DocumentOperations);
        return new Refusal(
            RefusalReason.RateLimited,
            $"The document gets more than {options.OperationsPerSecond} operations a second, the limit (Collab:Documents:OperationsPerSecond).",
            wait);
    }

    private async ValueTask<Decision> DecideAsync(Submission submission)
    {
        using var span = CollabActivities.Rebase(description.Id.Value, kind.Name);
        var decision = authority.Decide(submission, [], clock.GetUtcNow());
        if (decision is Decision.NeedsHistory or Decision.NeedsRecord)
            decision = await DecideWithLogAsync(submission, decision);
        if (decision is Decision.Refused { Refusal: var refusal })
            span.Refuse(refusal.Reason.Code());
        else if (decision is Decision.Applied applied)
            span.Tag(SpanTag.Outcome, "applied").Tag(SpanTag.Revision, applied.Record.Revision.Value).Tag(SpanTag.Distance, applied.RebaseDistance).Tag(SpanTag.Conflicts, applied.ConflictsTotal);
        else if (decision is Decision.Duplicate duplicate)
            span.Tag(SpanTag.Outcome, "duplicate").Tag(SpanTag.Revision, duplicate.Revision.Value);
        return decision;
    }

    // The slow paths of a decision. While they wait, the head may move and the window with it, so history may be asked for again.
    private async Task<Decision> DecideWithLogAsync(Submission submission, Decision decision)
    {
        while (decision is Decision.NeedsHistory needs)
        {
            try
            {
                var history = await ReadHistoryAsync(needs);
                if (CannotDecide() is { } notNow)
                    return new Decision.Refused(notNow, []);
                decision = authority.Decide(submission, history, clock.GetUtcNow());
            }
            catch (HistoryTrimmedException trimmed)
            {
                return new Decision.Refused(RefusalReason.RevisionUnavailable, trimmed.Message);
            }
        }

        if (decision is not Decision.NeedsRecord)
            return decision;
        if (NotDurable(await commits.Drained) is { } unknown)
            return new Decision.Refused(unknown, []);
        return authority.Settle(submission, await log.FindAsync(description.Id, submission.Session, submission.Sequence, CancellationToken.None), snapshots.Start);
    }

    private async Task<List<WindowEntry>> ReadHistoryAsync(Decision.NeedsHistory needs)
    {
        var history = new List<WindowEntry>();
        for (var from = needs.From; from < needs.To; from = history[^1].Operation.Revision)
        {
            var records = await log.ReadAsync(description.Id, from, (int)Math.Min(needs.To - from, ReadOperationsLimit), ReadBytesLimit, CancellationToken.None);
            if (records.IsEmpty)
                throw new LogUnavailableException($"Document {description.Id}: the log has no operation {from.Next} although its head is {commits.Durable}.", fault: LogFault.Corrupt);
            history.AddRange(records.Select(authority.Entry));
        }

        return history;
    }

    private async Task<SubmitOutcome> SettleAsync(Decision decision)
    {
        if (decision is Decision.Refused refused)
            return Refused(refused);
        // A duplicate is an acknowledgement, and acknowledged means durable.
        var revision = ((Decision.Duplicate)decision).Revision;
        return revision > commits.Durable && NotDurable(await commits.Drained) is { } notDurable
            ? new SubmitOutcome(Revision.Zero, Refusal: notDurable)
            : Duplicate(decision, revision);
    }

    private SubmitOutcome Refused(Decision.Refused refused)
    {
        _metrics.Count(refused);
        _conflicts.Add(refused.Conflicts);
        return new SubmitOutcome(Revision.Zero, Refusal: refused.Refusal);
    }

    private SubmitOutcome Duplicate(Decision decision, Revision revision)
    {
        _metrics.Count(decision);
        return new SubmitOutcome(revision, IsDuplicate: true);
    }

    private Refusal? NotDurable(CommitOutcome outcome) => outcome switch
    {
        CommitOutcome.Durable => null,
        CommitOutcome.Stalled => Away(commits.AwayFor),
        _ => InDoubt(),
    };

    private Refusal Away(TimeSpan? wait) => new(
        RefusalReason.StorageUnavailable,
        $"The log of document {description.Id} is away; what was sent before is kept and {commits.UncommittedCount} operations wait after revision {commits.Durable}. Submitting the same again settles what became of it.",
        wait);

    private Refusal InDoubt() => new(
        RefusalReason.StorageUnavailable, $"The log of document {description.Id} failed after revision {commits.Durable} and is being reloaded; resubmitting settles what became of the operation.");

    private SubmitOutcome Refuse(Refusal refusal)
    {
        _metrics.Refused(refusal.Reason);
        return new SubmitOutcome(Revision.Zero, Refusal: refusal);
    }
}
