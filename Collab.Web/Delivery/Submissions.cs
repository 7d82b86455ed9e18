using System.Buffers;
using System.Runtime.InteropServices;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Web.Cluster;

namespace Collab.Web.Delivery;

/// <summary>
/// What the connections of this host submit to one document, on its way to the authority. Whoever puts something into the empty queue has it sent by a work item behind those that wait already; by then whatever else had been
/// received is here, too, and goes in the same call. Nothing waits for a time.
/// </summary>
/// <remarks>
/// Calls are sent one after the other, in the order of the submissions, and not waited for: what the authority decides while an earlier batch is on its way to the disk goes with the next flush. A submission that is traced makes a call of its
/// own, in its place, so that its trace is whole.
/// </remarks>
internal sealed class Submissions(DocumentCalls document, ClusterCalls cluster) : IThreadPoolWorkItem
{
    /// <summary>In one call: enough that the call costs nothing, little enough that no message is large.</summary>
    private const int BatchLimit = 256;
    private const long BatchBytesLimit = 1 << 20;

    /// <summary>For how long a silo of the version before is spared calls that it does not know.</summary>
    private const long OlderMilliseconds = 10_000;

    private readonly Lock _gate = new();
    private List<PendingSubmission> _queued = [];
    private List<PendingSubmission> _sending = [];
    private bool _isSending;
    private long _isOlderUntil = long.MinValue;

    public void Add(PendingSubmission submission)
    {
        bool isFirst;
        lock (_gate)
        {
            _queued.Add(submission);
            isFirst = _queued.Count == 1 && !_isSending;
        }

        // Not to this thread's own queue, whose newest item would run next.
        if (isFirst)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Sends what has queued. Who leaves does so first: its last words come before its leave.</summary>
    public void Send()
    {
        lock (_gate)
        {
            // Whoever sends now comes back for the rest.
            if (_isSending || _queued.Count == 0)
                return;
            _isSending = true;
            (_queued, _sending) = (_sending, _queued);
        }

        Send(CollectionsMarshal.AsSpan(_sending));
        _sending.Clear();
        bool isMore;
        lock (_gate)
        {
            _isSending = false;
            isMore = _queued.Count > 0;
        }

        if (isMore)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => Send();

    private void Send(ReadOnlySpan<PendingSubmission> submissions)
    {
        bool isOlder = Environment.TickCount64 < Volatile.Read(ref _isOlderUntil);
        while (!submissions.IsEmpty)
        {
            int count = 0;
            for (long bytes = 0; count < submissions.Length && count < BatchLimit && !isOlder && !submissions[count].Span.IsTraced; count++)
            {
                bytes += submissions[count].Delta.Length;
                if (count > 0 && bytes > BatchBytesLimit)
                    break;
            }

            _ = count > 0 ? OfferAsync(Rent(submissions[..count])) : SubmitAsync(submissions[0]);
            submissions = submissions[Math.Max(count, 1)..];
        }
    }

    private static ArraySegment<PendingSubmission> Rent(ReadOnlySpan<PendingSubmission> submissions)
    {
        var batch = ArrayPool<PendingSubmission>.Shared.Rent(submissions.Length);
        submissions.CopyTo(batch);
        return new ArraySegment<PendingSubmission>(batch, 0, submissions.Length);
    }

    private async Task OfferAsync(ArraySegment<PendingSubmission> batch)
    {
        var submissions = new Submission[batch.Count];
        for (int i = 0; i < submissions.Length; i++)
            submissions[i] = batch[i].Submission();
        try
        {
            Settle(batch, submissions, await document.Offer(new SubmissionBatch(ImmutableCollectionsMarshal.AsImmutableArray(submissions))));
        }
        catch (Exception failure) when (OlderSilo.DoesNotKnow(failure))
        {
            Volatile.Write(ref _isOlderUntil, Environment.TickCount64 + OlderMilliseconds);
            Part(batch);
        }
        catch (Exception failure) when (batch.Count > 1 && ClusterCalls.IsGrainsOwn(failure))
        {
            // One that the authority can't take must not keep the others from it. To submit twice is harmless.
            Part(batch);
        }
        catch (Exception failure)
        {
            foreach (var submission in batch)
                Fail(submission, failure);
        }
        finally
        {
            ArrayPool<PendingSubmission>.Shared.Return(batch.Array!, clearArray: true);
        }
    }

    private void Part(ArraySegment<PendingSubmission> batch)
    {
        foreach (var submission in batch)
            _ = SubmitAsync(submission);
    }

    private async Task SubmitAsync(PendingSubmission pending)
    {
        using var span = pending.Span;
        span.Resume();
        try
        {
            var submission = pending.Submission();
            var outcome = await document.Submit(submission);
            if (outcome.Refusal?.Reason == RefusalReason.NotAdmitted && pending.Lost == 0)
            {
                outcome = await pending.Stay.ReadmitAsync(submission.Lease, cluster) is { } refusal
                    ? new SubmitOutcome(Revision.Zero, Refusal: refusal)
                    : await document.Submit(pending.Submission());
            }

            Answer(pending, outcome);
        }
        catch (Exception failure)
        {
            Fail(pending, failure);
        }
    }

    private void Settle(ArraySegment<PendingSubmission> batch, Submission[] submissions, BatchOutcome outcome)
    {
        if (outcome.Refusal is { } refusal)
        {
            for (int i = 0; i < batch.Count; i++)
                Settle(batch[i], submissions[i].Lease, new SubmitOutcome(Revision.Zero, Refusal: refusal));
            return;
        }

        foreach (var answer in outcome.Answers)
            Settle(batch[answer.Index], submissions[answer.Index].Lease, answer.Outcome);
        if (outcome.Answers.Length == batch.Count)
            return;
        var answered = outcome.Answers.Length == 0 ? null : new HashSet<int>(outcome.Answers.Select(answer => answer.Index));
        for (int i = 0; i < batch.Count; i++)
        {
            // It comes back on the stream.
            if (answered?.Contains(i) != true)
                batch[i].Stay.Settled();
        }
    }

    private void Settle(PendingSubmission pending, long lease, SubmitOutcome outcome)
    {
        // Refused under the new lease as well, it is answered.
        if (outcome.Refusal?.Reason == RefusalReason.NotAdmitted && pending.Lost == 0)
        {
            _ = ReadmitAsync(pending with { Lost = lease });
            return;
        }

        Answer(pending, outcome);
    }

    /// <summary>
    /// The document's authority is a new one, which knows nobody: has the session admitted again and submits the same under the new lease. Whatever became of it the first time, the log applies a sequence once; its client, and the hundred
    /// others who type, need not all join again.
    /// </summary>
    private async Task ReadmitAsync(PendingSubmission pending)
    {
        if (await pending.Stay.ReadmitAsync(pending.Lost, cluster) is not { } refusal)
        {
            Add(pending);
            return;
        }

        // A refusal that is to be retried is the client's answer then: it keeps its stay, and its next try gets it in.
        Answer(pending, new SubmitOutcome(Revision.Zero, Refusal: refusal));
    }

    private static void Answer(PendingSubmission pending, SubmitOutcome outcome)
    {
        pending.Stay.Settled();
        pending.Stay.Connection.Answer(pending.Stay, pending.Sequence, outcome, pending.Span);
    }

    private static void Fail(PendingSubmission pending, Exception failure)
    {
        pending.Stay.Settled();
        pending.Stay.Connection.Fail(pending.Stay, pending.Sequence, failure);
    }
}
