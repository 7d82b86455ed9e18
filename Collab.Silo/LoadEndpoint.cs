using Collab.Contracts.Load;

namespace Collab.Silo;

/// <summary>
/// <c>/operations/load?top=20</c>: the cluster's silos, and the documents that are busiest in all of them. What a label of a metric must not say, since it would grow with the documents.
/// </summary>
internal static class LoadEndpoint
{
    public static async Task<IResult> ReadAsync(IGrainFactory grains, int top = 20)
    {
        var silos = await grains.GetGrain<ILoadGrain>(ILoadGrain.Key).Read();
        var documents = BusyDocument.Busiest(silos, Math.Clamp(top, 1, SiloLoad.BusiestLimit));
        return Results.Json(new LoadResponse(
            [.. silos.Select(silo => new SiloResponse(silo.Silo, silo.Documents, silo.Bytes, Round(silo.OperationsPerSecond)))],
            [.. documents.Select(each => new DocumentResponse(
                each.Load.Document.Value, each.Silo, Round(each.Load.OperationsPerSecond), each.Load.Sessions, each.Load.Hosts, each.Load.Bytes, each.Load.FlushTime.TotalSeconds))]));
    }

    private static double Round(double rate) => Math.Round(rate, 1);

    private sealed record LoadResponse(IReadOnlyList<SiloResponse> Silos, IReadOnlyList<DocumentResponse> Documents);

    private sealed record SiloResponse(string Silo, int Documents, long Bytes, double OperationsPerSecond);

    private sealed record DocumentResponse(string Id, string Silo, double OperationsPerSecond, int Sessions, int Hosts, long Bytes, double FlushSeconds);
}
