using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace Collab.Benchmarks.BareHub;

/// <summary>
/// What SignalR alone costs: numbers what arrives and tells all in the document, and that is all. It keeps nothing, moves nothing over anything and refuses
/// nobody; its messages are those of <c>docs/protocol.md</c> as far as <c>peers/systems/clients/collab.mjs</c> needs them, written as SignalR comes.
/// </summary>
internal sealed class BareHub(BareDocuments documents) : Hub
{
    public Task Join(Entrance entrance)
    {
        var document = documents.Named(entrance.Document);
        // What is sent under the lock is queued at each connection in this order; only the socket is waited for, and outside.
        lock (document)
        {
            Task added = Groups.AddToGroupAsync(Context.ConnectionId, entrance.Document);
            var snapshot = new Snapshot(document.Revision, new string('x', document.Revision));
            return Task.WhenAll(added, Clients.Caller.SendAsync("joined", new Admission(entrance.Document, Context.ConnectionId, document.Revision, snapshot)));
        }
    }

    public Task Submit(Submission submission)
    {
        var document = documents.Named(submission.Document);
        lock (document)
        {
            Operation operation = new(Context.ConnectionId, submission.Sequence, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), submission.Delta);
            return Clients.Group(submission.Document).SendAsync("operations", new Batch(submission.Document, ++document.Revision, [operation]));
        }
    }

    internal sealed record Entrance(string Document);

    internal sealed record Admission(string Document, string Session, int Revision, Snapshot Snapshot);

    internal sealed record Snapshot(int Revision, string Content);

    internal sealed record Submission(string Document, long Sequence, int Base, JsonElement Delta);

    internal sealed record Batch(string Document, int Revision, Operation[] Operations);

    internal sealed record Operation(string Session, long Sequence, long At, JsonElement Delta);
}

/// <summary>How far each document is.</summary>
internal sealed class BareDocuments
{
    private readonly ConcurrentDictionary<string, BareDocument> _documents = new();

    public BareDocument Named(string name) => _documents.GetOrAdd(name, _ => new BareDocument());

    internal sealed class BareDocument
    {
        public int Revision { get; set; }
    }
}
