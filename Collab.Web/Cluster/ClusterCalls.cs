using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Activity;
using Collab.Contracts.Documents;
using Collab.Contracts.Fanout;
using Collab.Contracts.Presence;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Resilience;
using Polly;

namespace Collab.Web.Cluster;

/// <summary>
/// This host's calls of grains, all through the pipeline <c>cluster-call</c>. What follows says of each whether it is repeated after it got lost on the way: only where twice has the effect of once.
/// </summary>
/// <remarks>
/// Its breaker is for the cluster, not for a document: only what the transport throws counts, never what a grain answers or throws, and it takes a ratio over all calls. A document that is sick answers with
/// refusals, and one that hangs makes few of many calls time out.
/// </remarks>
internal sealed class ClusterCalls(IGrainFactory grains, [FromKeyedServices(PipelineName.ClusterCall)] Pipeline pipeline)
{
    /// <summary>No answer in time, a silo or gateway that rejects, no connection: what the runtime itself throws. Collab's grains throw none of these.</summary>
    public static bool IsTrouble(Exception failure) => failure is TimeoutException or OrleansException;

    /// <summary>What a grain threw by itself, for what it was given: neither the way there nor the pipeline.</summary>
    public static bool IsGrainsOwn(Exception failure) => !IsTrouble(failure) && failure is not (ExecutionRejectedException or OperationCanceledException);

    public CatalogCalls Catalog => new(grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key), pipeline);

    public ActivityCalls Activity => new(grains.GetGrain<IActivityFeedGrain>(IActivityFeedGrain.Key), pipeline);

    public AccessCalls Access(DocumentId id) => new(grains.GetGrain<IAccessGrain>(id.Value), pipeline);

    public AccessListCalls AccessList => new(grains.GetGrain<IAccessListGrain>(IAccessListGrain.Key), pipeline);

    public AccessChangesCalls AccessChanges => new(grains.GetGrain<IAccessChangesGrain>(IAccessChangesGrain.Key), pipeline);

    public DocumentCalls Document(DocumentId id) => new(grains.GetGrain<IDocumentGrain>(id.Value), pipeline);

    public PresenceCalls Presence(DocumentId id) => new(grains.GetGrain<IPresenceGrain>(id.Value), pipeline);

    public SessionCalls Session(SessionId id) => new(grains.GetGrain<ISessionGrain>(id.Value), pipeline);
}

internal readonly struct CatalogCalls(ICatalogGrain grain, Pipeline pipeline)
{
    public ValueTask<CatalogPage> List(string? after, int limit) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<CatalogPage>(call.grain.List(call.after, call.limit)), (grain, after, limit), default);
}

internal readonly struct ActivityCalls(IActivityFeedGrain grain, Pipeline pipeline)
{
    public ValueTask<ActivityPage> ReadDocument(DocumentId document, long? before, int limit) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<ActivityPage>(call.grain.ReadDocument(call.document, call.before, call.limit)), (grain, document, before, limit), default);

    public ValueTask<ActivityPage> ReadAfter(long after, int limit) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<ActivityPage>(call.grain.ReadAfter(call.after, call.limit)), (grain, after, limit), default);
}

internal readonly struct DocumentCalls(IDocumentGrain grain, Pipeline pipeline)
{
    /// <summary>Once: repeated, it would find the document that it made itself.</summary>
    public ValueTask<Creation> Create(NewDocument document) =>
        pipeline.OnceAsync(static (call, _) => new ValueTask<Creation>(call.grain.Create(call.document)), (grain, document), default);

    public ValueTask<DocumentDescription?> Describe() =>
        pipeline.RepeatAsync(static (grain, _) => new ValueTask<DocumentDescription?>(grain.Describe()), grain, default);

    /// <summary>Once: each gives another lease, and one that is late would end the newer.</summary>
    public ValueTask<Admission> Admit(SessionId session, string author) =>
        pipeline.OnceAsync(static (call, _) => new ValueTask<Admission>(call.grain.Admit(call.session, call.author)), (grain, session, author), default);

    /// <summary>Repeated: it names the lease that ends.</summary>
    public Task Dismiss(SessionId session, long lease) =>
        pipeline.RepeatAsync(static (call, _) => Done.After(call.grain.Dismiss(call.session, call.lease)), (grain, session, lease), default).AsTask();

    public async ValueTask<SessionsPage> ListSessions(SessionId? after, int limit)
    {
        try
        {
            return await pipeline.RepeatAsync(static (call, _) => new ValueTask<SessionsPage>(call.grain.ListSessions(call.after, call.limit)), (grain, after, limit), default);
        }
        catch (Exception failure) when (OlderSilo.DoesNotKnow(failure))
        {
            return new SessionsPage([], 0, false);
        }
    }

    /// <summary>Once, although it could be repeated, for a sequence applies once: the client does that by itself.</summary>
    public ValueTask<SubmitOutcome> Submit(Submission submission) =>
        pipeline.OnceAsync(static (call, _) => new ValueTask<SubmitOutcome>(call.grain.Submit(call.submission)), (grain, submission), default);

    /// <summary>Once, as <see cref="Submit"/>. Not timed here, for the runtime times it.</summary>
    public ValueTask<BatchOutcome> Offer(SubmissionBatch batch) =>
        pipeline.UntimedAsync(static (call, _) => new ValueTask<BatchOutcome>(call.grain.Offer(call.batch)), (grain, batch), default);

    public ValueTask<CatchUp> ReadFrom(Revision? from) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<CatchUp>(call.grain.ReadFrom(call.from)), (grain, from), default);

    public ValueTask<DocumentContent> ReadContent(Revision? at) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<DocumentContent>(call.grain.ReadContent(call.at)), (grain, at), default);

    public ValueTask<CatchUp> ReadOperations(Revision from, int limit) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<CatchUp>(call.grain.ReadOperations(call.from, call.limit)), (grain, from, limit), default);

    public ValueTask<ContentCheck> Check(SessionId session, Revision revision, uint hash) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<ContentCheck>(call.grain.Check(call.session, call.revision, call.hash)), (grain, session, revision, hash), default);

    public ValueTask<ImmutableArray<ConflictRecord>> RecentConflicts() =>
        pipeline.RepeatAsync(static (grain, _) => new ValueTask<ImmutableArray<ConflictRecord>>(grain.RecentConflicts()), grain, default);

    public ValueTask<DocumentStanding?> Listen(IDocumentSubscriber subscriber, IListeningHost host) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<DocumentStanding?>(call.grain.Listen(call.subscriber, call.host)), (grain, subscriber, host), default);

    /// <summary>For a silo of the version before, which does not know <see cref="Listen"/>.</summary>
    public ValueTask<DocumentStanding?> Subscribe(IDocumentSubscriber subscriber) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<DocumentStanding?>(call.grain.Subscribe(call.subscriber)), (grain, subscriber), default);

    public Task Unsubscribe(IDocumentSubscriber subscriber) => pipeline.RepeatAsync(static (call, _) => Done.After(call.grain.Unsubscribe(call.subscriber)), (grain, subscriber), default).AsTask();
}

internal readonly struct PresenceCalls(IPresenceGrain grain, Pipeline pipeline)
{
    /// <summary>Once: a moment later there is a newer one.</summary>
    public Task Update(PresenceEntry entry) => pipeline.OnceAsync(static (call, _) => Done.After(call.grain.Update(call.entry)), (grain, entry), default).AsTask();

    /// <summary>Repeated: it says how things are.</summary>
    public async Task Introduce(ImmutableArray<PresenceEntry> entries)
    {
        try
        {
            await pipeline.RepeatAsync(static (call, _) => Done.After(call.grain.Introduce(call.entries)), (grain, entries), default);
        }
        catch (Exception failure) when (OlderSilo.DoesNotKnow(failure))
        {
            foreach (var entry in entries)
                await Update(entry);
        }
    }

    public async ValueTask<PresenceReading> Read()
    {
        try
        {
            return await pipeline.RepeatAsync(static (grain, _) => new ValueTask<PresenceReading>(grain.Read()), grain, default);
        }
        catch (Exception failure) when (OlderSilo.DoesNotKnow(failure))
        {
            return new PresenceReading(0, 0, 0, await pipeline.RepeatAsync(static (grain, _) => new ValueTask<ImmutableArray<PresenceEntry>>(grain.List()), grain, default));
        }
    }

    public async ValueTask<PresenceStanding> Listen(IDocumentSubscriber subscriber, IListeningHost host, ImmutableArray<SessionId> sessions)
    {
        try
        {
            return await pipeline.RepeatAsync(
                static (call, _) => new ValueTask<PresenceStanding>(call.grain.Listen(call.subscriber, call.host, call.sessions)), (grain, subscriber, host, sessions), default);
        }
        catch (Exception failure) when (OlderSilo.DoesNotKnow(failure))
        {
            await pipeline.RepeatAsync(static (call, _) => Done.After(call.grain.Subscribe(call.subscriber)), (grain, subscriber), default);
            // Of no version that anybody knows: who renews there reads each time.
            return new PresenceStanding(0, long.MaxValue, await pipeline.RepeatAsync(
                static (call, _) => new ValueTask<ImmutableArray<SessionId>>(call.grain.Renew(call.sessions)), (grain, sessions), default));
        }
    }

    public Task Unsubscribe(IDocumentSubscriber subscriber) => pipeline.RepeatAsync(static (call, _) => Done.After(call.grain.Unsubscribe(call.subscriber)), (grain, subscriber), default).AsTask();
}

internal readonly struct SessionCalls(ISessionGrain grain, Pipeline pipeline)
{
    /// <summary>Null also from a silo of the version before.</summary>
    public async ValueTask<ConnectionSample?> Sample()
    {
        try
        {
            return await pipeline.RepeatAsync(static (grain, _) => new ValueTask<ConnectionSample?>(grain.Sample()), grain, default);
        }
        catch (Exception failure) when (OlderSilo.DoesNotKnow(failure))
        {
            return null;
        }
    }

    /// <summary>Once: each gives another lease.</summary>
    public ValueTask<JoinOutcome> Join(JoinRequest request) =>
        pipeline.OnceAsync(static (call, _) => new ValueTask<JoinOutcome>(call.grain.Join(call.request)), (grain, request), default);

    /// <summary>Once: each gives another lease.</summary>
    public ValueTask<Admission> Readmit(string connection) =>
        pipeline.OnceAsync(static (call, _) => new ValueTask<Admission>(call.grain.Readmit(call.connection)), (grain, connection), default);

    /// <summary>Repeated: it says how things are.</summary>
    public ValueTask<StayStanding> Keep(KeptStay stay) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<StayStanding>(call.grain.Keep(call.stay)), (grain, stay), default);

    /// <summary>Repeated: over is over.</summary>
    public Task Close(SessionCloseReason reason) => pipeline.RepeatAsync(static (call, _) => Done.After(call.grain.Close(call.reason)), (grain, reason), default).AsTask();

    public ValueTask<SessionDescription?> Describe() =>
        pipeline.RepeatAsync(static (grain, _) => new ValueTask<SessionDescription?>(grain.Describe()), grain, default);

    /// <summary>Repeated: it says which stay is over.</summary>
    public Task Leave(string connection, SessionCloseReason reason) =>
        pipeline.RepeatAsync(static (call, _) => Done.After(call.grain.Leave(call.connection, call.reason)), (grain, connection, reason), default).AsTask();
}

/// <summary>All repeated: to say the same twice changes nothing.</summary>
internal readonly struct AccessCalls(IAccessGrain grain, Pipeline pipeline)
{
    public ValueTask<GrantList> List() => pipeline.RepeatAsync(static (grain, _) => new ValueTask<GrantList>(grain.List()), grain, default);

    public ValueTask<GrantAnswer> Find(string subject) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<GrantAnswer>(call.grain.Find(call.subject)), (grain, subject), default);

    public ValueTask<GrantAnswer> Set(Grant grant) => pipeline.RepeatAsync(static (call, _) => new ValueTask<GrantAnswer>(call.grain.Set(call.grant)), (grain, grant), default);

    public ValueTask<GrantAnswer> Remove(string subject) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<GrantAnswer>(call.grain.Remove(call.subject)), (grain, subject), default);
}

internal readonly struct AccessListCalls(IAccessListGrain grain, Pipeline pipeline)
{
    public ValueTask<GrantAnswers> Find(string subject, ImmutableArray<DocumentId> documents) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<GrantAnswers>(call.grain.Find(call.subject, call.documents)), (grain, subject, documents), default);
}

/// <summary>Both repeated: to say the same twice changes nothing.</summary>
internal readonly struct AccessChangesCalls(IAccessChangesGrain grain, Pipeline pipeline)
{
    /// <summary>Not through the pipeline: it is meant to take long, and who waits for it has a pace of its own.</summary>
    public Task<AccessChanges> Next(long epoch, long version) => grain.Next(epoch, version);

    public Task Publish(AccessChange change) => pipeline.RepeatAsync(static (call, _) => Done.After(call.grain.Publish(call.change)), (grain, change), default).AsTask();

    public ValueTask<Refusal?> Revoke(Revocation revocation) =>
        pipeline.RepeatAsync(static (call, _) => new ValueTask<Refusal?>(call.grain.Revoke(call.revocation)), (grain, revocation), default);
}

/// <summary>A call without a result, as one with.</summary>
file static class Done
{
    public static async ValueTask<bool> After(Task call)
    {
        await call;
        return true;
    }
}
