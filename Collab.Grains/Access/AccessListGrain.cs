using System.Collections.Immutable;
using Collab.Contracts.Access;
using Collab.Grains.Log;
using Orleans.Concurrency;

namespace Collab.Grains.Access;

/// <summary>Reads what many documents say of one subject. Holds nothing: each silo has its own, and one for each is enough, for its calls overlap.</summary>
[StatelessWorker(1), Reentrant]
public sealed class AccessListGrain(IAccessStore store) : Grain, IAccessListGrain
{
    public async Task<GrantAnswers> Find(string subject, ImmutableArray<DocumentId> documents)
    {
        try
        {
            return new GrantAnswers(await store.FindGrantsAsync(subject, documents, CancellationToken.None));
        }
        catch (LogUnavailableException failure)
        {
            return new GrantAnswers([], failure.ToRefusal());
        }
    }
}
