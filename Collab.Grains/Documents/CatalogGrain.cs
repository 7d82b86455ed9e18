using Collab.Contracts.Documents;
using Collab.Contracts.Refusals;
using Collab.Grains.Log;
using Orleans.Concurrency;

namespace Collab.Grains.Documents;

/// <summary>
/// Reads the list of documents from the log for hosts that have no access to it. Holds nothing: each silo has its own, so that a list, and the probe of whether a host is ready,
/// asks the silo at hand instead of one silo for the whole cluster. One for each is enough, for its calls overlap.
/// </summary>
[StatelessWorker(1), Reentrant]
public sealed class CatalogGrain(IOperationLog log) : Grain, ICatalogGrain
{
    private const int PageLimit = 100;

    public async Task<CatalogPage> List(string? after, int limit)
    {
        try
        {
            var (documents, next) = await log.ListAsync(after, Math.Clamp(limit, 1, PageLimit), CancellationToken.None);
            return new CatalogPage(documents, next);
        }
        catch (LogUnavailableException failure)
        {
            return new CatalogPage([], null, failure.ToRefusal());
        }
        catch (FormatException failure)
        {
            return new CatalogPage([], null, new Refusal(RefusalReason.Malformed, failure.Message));
        }
    }
}
