using System.Collections.Immutable;
using Collab.Contracts.Fanout;
using Orleans.Concurrency;

namespace Collab.Contracts.Documents;

/// <summary>The authority of one document; its key is the <see cref="DocumentId"/>. Orders, rebases, makes durable and pushes.</summary>
/// <remarks>Its methods interleave: a decision is made synchronously within one turn, and only the waiting for the log overlaps.</remarks>
[Alias("collab.IDocumentGrain")]
public interface IDocumentGrain : IGrainWithStringKey
{
    /// <summary>Creates the document, or finds it as it was created before.</summary>
    [Alias("Create")]
    Task<Creation> Create(NewDocument document);

    /// <summary>The document, or null if there is none.</summary>
    [Alias("Describe"), AlwaysInterleave]
    Task<DocumentDescription?> Describe();

    /// <summary>Grants a session a lease; called by the session grain (and, for REST callers, by the API). A lease granted before to the same session ends.</summary>
    /// <param name="author">Who is named as the author of its operations, may be empty.</param>
    [Alias("Admit"), AlwaysInterleave]
    Task<Admission> Admit(SessionId session, string author);

    /// <summary>Ends a lease at once: kick, revocation, leave.</summary>
    [Alias("Dismiss"), AlwaysInterleave]
    Task Dismiss(SessionId session, long lease);

    /// <summary>Whether the lease still holds in this life of the document.</summary>
    [Alias("Holds"), AlwaysInterleave]
    Task<bool> Holds(SessionId session, long epoch, long lease);

    /// <summary>The sessions that have a lease, by their names, those of REST callers excepted.</summary>
    /// <param name="after">The last of the page before; null starts.</param>
    /// <param name="limit">1 to 1,000; more is taken as 1,000.</param>
    [Alias("ListSessions"), AlwaysInterleave]
    Task<SessionsPage> ListSessions(SessionId? after, int limit);

    /// <summary>Decides a submission at once and completes when it is durable, or refused.</summary>
    [Alias("Submit"), AlwaysInterleave]
    Task<SubmitOutcome> Submit(Submission submission);

    /// <summary>Decides what a host has gathered, in its order and in one turn, and completes when all of it is durable, refused, or waits for a log that is away.</summary>
    /// <remarks>As long as its hosts' pipeline gives other calls; the runtime's own clock does it, because one of the pipeline's for each keystroke costs more than the call.</remarks>
    [Alias("Offer"), AlwaysInterleave, ResponseTimeout("00:00:10")]
    Task<BatchOutcome> Offer(SubmissionBatch batch);

    /// <summary>The recovery verb: everything durable after <paramref name="from"/>, or a snapshot and what follows it when <paramref name="from"/> is null or too far away.</summary>
    [Alias("ReadFrom"), AlwaysInterleave]
    Task<CatchUp> ReadFrom(Revision? from);

    /// <summary>The content with its hash, for the API and for whoever compares: at the head, or at <paramref name="at"/>, which is answered also for a document that can't be loaded.</summary>
    [Alias("ReadContent"), AlwaysInterleave]
    Task<DocumentContent> ReadContent(Revision? at);

    /// <summary>Operations after <paramref name="from"/>, at most <paramref name="limit"/>, never a snapshot: reading history, for the API.</summary>
    [Alias("ReadOperations"), AlwaysInterleave]
    Task<CatchUp> ReadOperations(Revision from, int limit);

    /// <summary>Compares a client's content hash at a revision with the document's own.</summary>
    [Alias("Check"), AlwaysInterleave]
    Task<ContentCheck> Check(SessionId session, Revision revision, uint hash);

    /// <summary>Conflicts that the document remembers, newest first, at most 100.</summary>
    [Alias("RecentConflicts"), AlwaysInterleave]
    Task<ImmutableArray<ConflictRecord>> RecentConflicts();

    /// <summary>Sends every further push to <paramref name="subscriber"/> until it is not renewed for 30 s or unsubscribes. Called again to renew. Null: no such document.</summary>
    /// <param name="host">Where it is: while that does not answer, nothing is sent.</param>
    [Alias("Listen"), AlwaysInterleave]
    Task<DocumentStanding?> Listen(IDocumentSubscriber subscriber, IListeningHost host);

    /// <summary>What hosts of the version before call in place of <see cref="Listen"/>.</summary>
    [Alias("Subscribe"), AlwaysInterleave]
    Task<DocumentStanding?> Subscribe(IDocumentSubscriber subscriber);

    [Alias("Unsubscribe"), AlwaysInterleave]
    Task Unsubscribe(IDocumentSubscriber subscriber);
}
