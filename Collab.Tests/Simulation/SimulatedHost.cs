using System.Collections.Immutable;
using System.Text.Json;
using Collab.Client.Documents;
using Collab.Client.Messages;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Operation = Collab.Client.Documents.Operation;
using Refusal = Collab.Contracts.Refusals.Refusal;

namespace Collab.Tests.Simulation;

/// <summary>A web host as far as the protocol goes: it knows connections and their stays, calls the document, and hands on what the document pushes.</summary>
internal sealed class SimulatedHost(Scheduler scheduler, Scenario scenario, Cluster cluster, Sabotage sabotage, Trace trace, int number)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Dictionary<Link, Stay> _stays = [];
    private readonly Dictionary<Link, Task> _working = [];
    private readonly List<(Link Link, long Sequence, Submission Submission)> _gathered = [];
    private int _sessions;

    /// <summary>Calls still go to an activation that has a successor.</summary>
    public bool SeesStale { get; set; }

    /// <summary>A message of a client. One after the other on each connection; a submission is decided in order but not waited for.</summary>
    public void Receive(Link link, ClientMessage message)
    {
        var before = _working.GetValueOrDefault(link, Task.CompletedTask);
        var done = new TaskCompletionSource();
        _working[link] = done.Task;
        scheduler.Start(async () =>
        {
            await before;
            await HandleAsync(link, message);
            done.SetResult();
        });
    }

    public void Disconnected(Link link)
    {
        _working.Remove(link);
        if (!_stays.Remove(link, out var stay))
            return;
        scheduler.After(Grace, () => Dismiss(stay));
    }

    public void Push(PushBatch batch)
    {
        foreach (var (link, stay) in _stays)
            if (!cluster.IsFaulty || !scheduler.Chance(scenario.LostPush / 2))
                Send(link, stay, batch.Operations);
    }

    private async Task HandleAsync(Link link, ClientMessage message)
    {
        if (message is ClientMessage.Join join)
        {
            await JoinAsync(link, join);
            return;
        }

        if (!_stays.TryGetValue(link, out var stay))
        {
            Refuse(link, message.Target, new Refusal(RefusalReason.NotJoined, "Not joined."), (message as ClientMessage.Submit)?.Sequence);
            return;
        }

        switch (message)
        {
            case ClientMessage.Submit submit:
                scheduler.Start(() => SubmitAsync(link, stay, submit));
                if (cluster.IsFaulty && scheduler.Chance(scenario.RepeatedSubmission))
                    scheduler.Start(() => SubmitAsync(link, stay, submit));
                break;
            case ClientMessage.Read read:
                await ReadAsync(link, stay, read);
                break;
            case ClientMessage.Check check:
                var answer = await CallAsync(async live => await Task.FromResult(live.Check(new Revision(check.Revision), check.Hash)), refusal => new ContentCheck(null, refusal));
                if (answer.Refusal is { } refusal)
                    Refuse(link, "check", refusal);
                break;
            case ClientMessage.Leave:
                trace.Count("leave");
                _stays.Remove(link);
                Dismiss(stay);
                break;
        }
    }

    private async Task JoinAsync(Link link, ClientMessage.Join join)
    {
        _stays.Remove(link);
        var session = new SessionId(join.Session ?? $"s{number}-{++_sessions}");
        var admission = sabotage.Admission(await CallAsync(live => live.AdmitAsync(session, session.Value), refusal => new Admission(null, 0, 0, Revision.Zero, refusal)));
        if (admission.Refusal is { } refused)
        {
            Refuse(link, "join", refused);
            return;
        }

        var catchUp = await CallAsync(live => live.ReadFromAsync(join.Revision is { } from ? new Revision(from) : null), Unread);
        if (catchUp.Refusal is { } unread)
        {
            Refuse(link, "join", unread);
            return;
        }

        trace.Add($"host {number} admits {session}, applied {admission.AppliedSequence} at {admission.AppliedRevision}, from {join.Revision}, snapshot {catchUp.Snapshot?.Revision}");
        var start = catchUp.Snapshot?.Revision ?? new Revision(join.Revision!.Value);
        var stay = new Stay(session, admission.Lease) { Sent = start };
        link.ToClient(new ServerMessage.Joined(
            "d", session.Value, session.Value, catchUp.Epoch, scenario.Kind, "merge", "", catchUp.Head.Value, admission.AppliedSequence, admission.AppliedRevision.Value,
            catchUp.Snapshot is { } snapshot ? new Snapshot(snapshot.Revision.Value, scenario.Kind.DecodeContent(snapshot.Content.Span)) : null,
            [], new Limits(1 << 20, 1 << 20, 1 << 20)));
        _stays[link] = stay;
        Send(link, stay, catchUp.Operations);
        if (stay.Sent < catchUp.Head)
            await ReadAsync(link, stay, new ClientMessage.Read("d", stay.Sent.Value));
        Renew(link, stay);
    }

    private async Task SubmitAsync(Link link, Stay stay, ClientMessage.Submit submit)
    {
        await scheduler.Delay(scheduler.About(scenario.NetworkDelay / 10));
        _gathered.Add((link, submit.Sequence, sabotage.Submission(new Submission(stay.Session, stay.Lease, submit.Sequence, new Revision(submit.Base), submit.Delta))));
        // Whoever comes until it is sent is in the same batch.
        if (_gathered.Count == 1)
            scheduler.After(scheduler.About(scenario.NetworkDelay / 10), () => scheduler.Start(OfferAsync));
    }

    private async Task OfferAsync()
    {
        var batch = _gathered.ToArray();
        _gathered.Clear();
        if (batch.Length > 1)
            trace.Count("batch of several");
        var outcome = await CallAsync(live => live.OfferAsync(new SubmissionBatch([.. batch.Select(one => one.Submission)])), refusal => new BatchOutcome([], refusal));
        if (outcome.Refusal is { } all)
        {
            foreach (var (link, sequence, _) in batch)
                Refuse(link, "submit", all, sequence);
        }

        foreach (var (index, answer) in outcome.Answers)
        {
            var (link, sequence, _) = batch[index];
            if (answer.Refusal is { } refusal)
            {
                Refuse(link, "submit", refusal, sequence);
                continue;
            }

            trace.Count("duplicate acknowledged");
            link.ToClient(new ServerMessage.Acknowledged("d", sequence, answer.Revision.Value));
        }
    }

    private async Task ReadAsync(Link link, Stay stay, ClientMessage.Read read)
    {
        for (var from = new Revision(read.From); ;)
        {
            var catchUp = await CallAsync(live => live.ReadFromAsync(from), Unread);
            if (catchUp.Refusal is { } refusal)
                Refuse(link, "read", refusal);
            else if (catchUp.Snapshot is not null)
                Refuse(link, "read", new Refusal(RefusalReason.RevisionUnavailable, "Too far back."));
            else
                Send(link, stay, catchUp.Operations);
            if (catchUp.Refusal is not null || catchUp.Snapshot is not null || catchUp.Operations.IsEmpty || catchUp.Operations[^1].Revision >= catchUp.Head)
                return;
            from = catchUp.Operations[^1].Revision;
        }
    }

    // A lost push leaves a gap only when another one follows. The host asks the document now and then where it stands.
    private void Renew(Link link, Stay stay) => scheduler.After(Renewal, () =>
    {
        if (!_stays.TryGetValue(link, out var current) || current != stay)
            return;
        scheduler.Start(async () =>
        {
            var catchUp = await CallAsync(live => live.ReadFromAsync(stay.Sent), Unread);
            if (catchUp is { Refusal: null, Snapshot: null })
                Send(link, stay, catchUp.Operations);
            else if (catchUp.Snapshot is not null)
                Refuse(link, "read", new Refusal(RefusalReason.SlowConsumer, "Too far behind."));
        });
        Renew(link, stay);
    });

    private void Send(Link link, Stay stay, ImmutableArray<CommittedOperation> operations)
    {
        if (operations.IsEmpty)
            return;
        if (operations[0].Revision <= stay.Sent.Next && operations[^1].Revision > stay.Sent)
            stay.Sent = operations[^1].Revision;
        link.ToClient(new ServerMessage.Operations("d", [.. operations.Select(Read)]));
    }

    // Through the client's own reader: what travels is the bytes that the authority wrote.
    private Operation Read(CommittedOperation operation)
    {
        using var json = JsonDocument.Parse(operation.Encoded);
        return ServerMessageReader.Operation(json.RootElement, operation.Revision.Value, scenario.Kind);
    }

    private void Dismiss(Stay stay) => scheduler.Start(() => CallAsync(
        live =>
        {
            live.Dismiss(stay.Session, stay.Lease);
            return Task.FromResult(true);
        },
        _ => false));

    // A grain call: it may find nobody, find somebody who dies over it, or take too long. In the two latter cases it may have happened.
    private async Task<T> CallAsync<T>(Func<LiveDocument, Task<T>> call, Func<Refusal, T> refuse)
    {
        var late = scheduler.Delay(CallTimeout);
        try
        {
            var activation = await cluster.FindAsync(this);
            if (activation.Live.Commits.HasFailed)
                return refuse(new Refusal(RefusalReason.StorageUnavailable, "The log failed."));
            var answer = call(activation.Live);
            await Task.WhenAny(answer, late);
            if (answer.IsCompleted && !activation.IsCrashed)
                return await answer;
            await late;
            return refuse(new Refusal(RefusalReason.Timeout, "No answer."));
        }
        catch (LogUnavailableException failure)
        {
            return refuse(new Refusal(RefusalReason.StorageUnavailable, failure.Message));
        }
    }

    private void Refuse(Link link, string verb, Refusal refusal, long? sequence = null)
    {
        trace.Add($"host {number} refuses {verb} {sequence}: {refusal.Reason}");
        trace.Count($"{verb} refused: {refusal.Reason}");
        var action = refusal.Reason.Action() switch { "retry" => RefusalAction.Retry, "resync" => RefusalAction.Resync, _ => RefusalAction.GiveUp };
        link.ToClient(new ServerMessage.Refused("d", verb, sequence, new Collab.Client.Documents.Refusal(refusal.Reason.Code(), action, refusal.Detail, refusal.RetryAfter)));
    }

    private static CatchUp Unread(Refusal refusal) => new(null, [], Revision.Zero, 0, refusal);

    private sealed record Stay(SessionId Session, long Lease)
    {
        /// <summary>The newest revision up to which this connection was sent everything.</summary>
        public Revision Sent { get; set; }

        public bool Equals(Stay? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
