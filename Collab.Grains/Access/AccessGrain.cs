using System.Collections.Frozen;
using Collab.Contracts.Access;
using Collab.Contracts.Refusals;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Observability;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace Collab.Grains.Access;

/// <summary>One document's grants, in memory as long as somebody asks. The store has them; what changes goes there first, then to the web hosts.</summary>
/// <remarks>
/// Of two activations, which any cluster can have for a moment, one may miss what the other wrote: so what was read is read again after <see cref="ReadAgainAfter"/>. While the store is away it goes on with what it
/// knows: nobody can change it then, and those who are let in could be let in a moment before.
/// </remarks>
[ResourceOptimizedPlacement]
public sealed partial class AccessGrain(IAccessStore store, IOptions<GrantOptions> options, TimeProvider clock, ILogger<AccessGrain> logger) : Grain, IAccessGrain
{
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(10);

    private FrozenDictionary<string, Role>? _grants;
    private long _readAt;
    private Task? _reading;
    private int _writes;

    private DocumentId Id => new(this.GetPrimaryKeyString());

    public async Task<GrantList> List() => await ReadAsync() is { } refusal
        ? new GrantList([], refusal)
        : new GrantList([.. _grants!.Select(grant => new Grant(grant.Key, grant.Value)).OrderBy(grant => grant.Subject, StringComparer.Ordinal)]);

    public async Task<GrantAnswer> Find(string subject) =>
        await ReadAsync() is { } refusal ? new GrantAnswer(null, refusal) : new GrantAnswer(_grants!.TryGetValue(subject, out var role) ? role : null);

    public async Task<GrantAnswer> Set(Grant grant)
    {
        if (Malformed(grant) is { } malformed)
            return new GrantAnswer(null, malformed);
        return await WriteAsync(grant.Subject, async () =>
        {
            if (await store.SetGrantAsync(Id, grant, options.Value.DocumentLimit, CancellationToken.None))
                return new GrantAnswer(grant.Role);
            LimitMetrics.Reached(Limit.DocumentGrants);
            return new GrantAnswer(null, new Refusal(
                RefusalReason.TooManyGrants, $"Document {Id} has {options.Value.DocumentLimit} grants, the limit (Collab:Grants:DocumentLimit); those that are there can be changed or taken back."));
        });
    }

    public async Task<GrantAnswer> Remove(string subject)
    {
        if (await ReadAsync() is { } refusal)
            return new GrantAnswer(null, refusal);
        var before = _grants!.TryGetValue(subject, out var role) ? role : (Role?)null;
        return await WriteAsync(subject, async () =>
        {
            await store.RemoveGrantAsync(Id, subject, CancellationToken.None);
            return new GrantAnswer(before);
        });
    }

    private static Refusal? Malformed(Grant grant)
    {
        if (grant.Subject.Length is 0 or > Grant.SubjectLimit)
            return new Refusal(RefusalReason.Malformed, $"The subject has {grant.Subject.Length} characters; 1 to {Grant.SubjectLimit} are allowed.");
        if (!PlainText.IsText(grant.Subject))
            return new Refusal(RefusalReason.Malformed, "The subject is no text: it has U+0000 or a lone surrogate.");
        return Enum.IsDefined(grant.Role) ? null : new Refusal(RefusalReason.Malformed, $"There is no role {(int)grant.Role}.");
    }

    /// <summary>Has the store change something, reads it back, and tells the hosts: who asks after that is told what holds now.</summary>
    private async Task<GrantAnswer> WriteAsync(string subject, Func<Task<GrantAnswer>> write)
    {
        try
        {
            var answer = await write();
            if (answer.Refusal is not null)
                return answer;
            _writes++;
            _grants = null;
            // Also when nothing was changed: the time before may have ended between the store and the hosts.
            await GrainFactory.GetGrain<IAccessChangesGrain>(IAccessChangesGrain.Key).Publish(new AccessChange(Id, subject));
            return answer;
        }
        catch (LogUnavailableException failure)
        {
            // It may have happened all the same.
            _writes++;
            _grants = null;
            return new GrantAnswer(null, failure.ToRefusal());
        }
    }

    /// <summary>Sees to it that the grants are known, once for all who ask. Null, or why they are not.</summary>
    private async Task<Refusal?> ReadAsync()
    {
        if (_grants is not null && clock.GetElapsedTime(_readAt) < ReadAgainAfter)
            return null;
        try
        {
            do
                await (_reading is { IsCompleted: false } running ? running : _reading = ReadStoreAsync());
            while (_grants is null);
            return null;
        }
        catch (LogUnavailableException failure) when (_grants is null)
        {
            return failure.ToRefusal();
        }
        catch (LogUnavailableException failure)
        {
            ErrorMetrics.Count(ErrorComponent.Access, "not_read");
            LogAway(Id, failure.Message);
            return null;
        }
    }

    private async Task ReadStoreAsync()
    {
        (int writes, long started) = (_writes, clock.GetTimestamp());
        var grants = await store.ListGrantsAsync(Id, CancellationToken.None);
        // What was written meanwhile may not be in it: whoever waits reads once more.
        if (writes != _writes)
            return;
        (_grants, _readAt) = (grants.ToFrozenDictionary(grant => grant.Subject, grant => grant.Role, StringComparer.Ordinal), started);
    }

    [LoggerMessage(1501, LogLevel.Warning, "The grants of document {Document} could not be read again; those that are known hold on: {Reason}")]
    private partial void LogAway(DocumentId document, string reason);
}
