using System.Collections.Immutable;
using Collab.Contracts.Access;
using Collab.Grains.Log;
using Prometheus;

namespace Collab.Grains.Access;

/// <summary>Times and counts every call of a store, as <see cref="MeasuredOperationLog"/> does for operations.</summary>
internal sealed class MeasuredAccessStore(IAccessStore store) : IAccessStore
{
    private readonly Histogram.Child _list = Query(store, "list", "access_grants");
    private readonly Histogram.Child _find = Query(store, "find", "access_grants");
    private readonly Histogram.Child _set = Query(store, "write", "access_grants");
    private readonly Histogram.Child _remove = Query(store, "delete", "access_grants");
    private readonly Histogram.Child _listRevocations = Query(store, "list", "access_revocations");
    private readonly Histogram.Child _revoke = Query(store, "write", "access_revocations");
    private readonly Histogram.Child _trim = Query(store, "trim", "access_revocations");

    public string Store => store.Store;

    public ValueTask<ImmutableArray<Grant>> ListGrantsAsync(DocumentId document, CancellationToken cancellation) => MeasureAsync(_list, store.ListGrantsAsync(document, cancellation));

    public ValueTask<ImmutableArray<Role?>> FindGrantsAsync(string subject, IReadOnlyList<DocumentId> documents, CancellationToken cancellation) =>
        MeasureAsync(_find, store.FindGrantsAsync(subject, documents, cancellation));

    public ValueTask<bool> SetGrantAsync(DocumentId document, Grant grant, int limit, CancellationToken cancellation) =>
        MeasureAsync(_set, store.SetGrantAsync(document, grant, limit, cancellation));

    public ValueTask<bool> RemoveGrantAsync(DocumentId document, string subject, CancellationToken cancellation) =>
        MeasureAsync(_remove, store.RemoveGrantAsync(document, subject, cancellation));

    public ValueTask<ImmutableArray<Revocation>> ListRevocationsAsync(DateTimeOffset now, CancellationToken cancellation) =>
        MeasureAsync(_listRevocations, store.ListRevocationsAsync(now, cancellation));

    public ValueTask<bool> AddRevocationAsync(Revocation revocation, int limit, CancellationToken cancellation) =>
        MeasureAsync(_revoke, store.AddRevocationAsync(revocation, limit, cancellation));

    public ValueTask<int> TrimRevocationsAsync(DateTimeOffset now, int limit, CancellationToken cancellation) => MeasureAsync(_trim, store.TrimRevocationsAsync(now, limit, cancellation));

    private static Histogram.Child Query(IAccessStore store, string operation, string table) => LogMetrics.QuerySeconds.WithLabels(store.Store, operation, table);

    private ValueTask<T> MeasureAsync<T>(Histogram.Child seconds, ValueTask<T> call) => LogMetrics.MeasureAsync(store.Store, seconds, call);
}
