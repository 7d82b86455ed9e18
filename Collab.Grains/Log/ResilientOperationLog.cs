using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Collab.Contracts.Documents;
using Collab.Resilience;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Collab.Grains.Log;

/// <summary>
/// A store behind its two pipelines: what changes it goes through <c>log-append</c>, what reads it through <c>log-read</c>. Their refusals are
/// <see cref="LogUnavailableException"/> like the store's own, so that callers know one way of failing.
/// </summary>
/// <remarks>
/// An append that took too long may still be under way when it is repeated. Stores take appends of a document one after the other, and records that are there already are
/// skipped: whichever comes second changes nothing.
/// </remarks>
public sealed class ResilientOperationLog(IOperationLog log, Pipeline writing, Pipeline reading) : IOperationLog, IDisposable
{
    /// <summary>While a breaker tries out whether the store is well, nobody knows how long that takes.</summary>
    private static readonly TimeSpan TrialTime = TimeSpan.FromMilliseconds(500);

    public string Store => log.Store;

    /// <summary>Whether a failure means that the store is away. Damage to one document's rows does not, nor the process's own stopping; and whatever is no <see cref="LogUnavailableException"/> is an answer.</summary>
    public static bool IsTrouble(Exception failure) => failure is LogUnavailableException { Fault: not (LogFault.Corrupt or LogFault.Stopping) };

    // Once: repeated after an answer that got lost, it would say that somebody else had made the document.
    public ValueTask<(DocumentDescription Document, bool IsNew)> CreateAsync(DocumentId id, NewDocument document, DateTimeOffset at, LogStart? start, CancellationToken cancellation) =>
        GuardAsync(writing, writing.OnceAsync(
            static (call, cancellation) => call.log.CreateAsync(call.id, call.document, call.at, call.start, cancellation), (log, id, document, at, start), cancellation));

    // Once: a first attempt that is only late could raise the epoch above the one that the second returned, and fence it.
    public ValueTask<DocumentDescription?> OpenAsync(DocumentId id, CancellationToken cancellation) =>
        GuardAsync(writing, writing.OnceAsync(static (call, cancellation) => call.log.OpenAsync(call.id, cancellation), (log, id), cancellation));

    public ValueTask<DocumentDescription?> DescribeAsync(DocumentId id, CancellationToken cancellation) =>
        ReadAsync(static (call, cancellation) => call.log.DescribeAsync(call.id, cancellation), (log, id), cancellation);

    public ValueTask<(ImmutableArray<DocumentDescription> Documents, string? Next)> ListAsync(string? after, int limit, CancellationToken cancellation) =>
        ReadAsync(static (call, cancellation) => call.log.ListAsync(call.after, call.limit, cancellation), (log, after, limit), cancellation);

    public ValueTask<ImmutableArray<AppendOutcome>> AppendAsync(IReadOnlyList<LogAppend> appends, CancellationToken cancellation) =>
        WriteAsync(static (call, cancellation) => call.log.AppendAsync(call.appends, cancellation), (log, appends), cancellation);

    public ValueTask<ImmutableArray<LogRecord>> ReadAsync(DocumentId id, Revision from, int limit, long bytesLimit, CancellationToken cancellation) =>
        ReadAsync(static (call, cancellation) => call.log.ReadAsync(call.id, call.from, call.limit, call.bytesLimit, cancellation), (log, id, from, limit, bytesLimit), cancellation);

    public ValueTask<AppliedSequence?> FindAsync(DocumentId id, SessionId session, long? sequence, CancellationToken cancellation) =>
        ReadAsync(static (call, cancellation) => call.log.FindAsync(call.id, call.session, call.sequence, cancellation), (log, id, session, sequence), cancellation);

    public ValueTask<LogSnapshot?> ReadSnapshotAsync(DocumentId id, Revision atOrBefore, CancellationToken cancellation) =>
        ReadAsync(static (call, cancellation) => call.log.ReadSnapshotAsync(call.id, call.atOrBefore, cancellation), (log, id, atOrBefore), cancellation);

    public ValueTask<ImmutableArray<SnapshotEntry>> ListSnapshotsAsync(DocumentId id, CancellationToken cancellation) =>
        ReadAsync(static (call, cancellation) => call.log.ListSnapshotsAsync(call.id, cancellation), (log, id), cancellation);

    public async ValueTask WriteSnapshotAsync(DocumentId id, LogSnapshot snapshot, long milestoneOperations, CancellationToken cancellation) => await WriteAsync(
        static async (call, cancellation) =>
        {
            await call.log.WriteSnapshotAsync(call.id, call.snapshot, call.milestoneOperations, cancellation);
            return true;
        },
        (log, id, snapshot, milestoneOperations),
        cancellation);

    public ValueTask<LogStart?> ReadStartAsync(DocumentId id, CancellationToken cancellation) =>
        ReadAsync(static (call, cancellation) => call.log.ReadStartAsync(call.id, cancellation), (log, id), cancellation);

    public ValueTask<bool> TrimAsync(DocumentId id, Revision to, int limit, CancellationToken cancellation) =>
        WriteAsync(static (call, cancellation) => call.log.TrimAsync(call.id, call.to, call.limit, cancellation), (log, id, to, limit), cancellation);

    public void Dispose() => (log as IDisposable)?.Dispose();

    private ValueTask<T> ReadAsync<TState, T>(Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellation) =>
        GuardAsync(reading, reading.RepeatAsync(call, state, cancellation));

    private ValueTask<T> WriteAsync<TState, T>(Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellation) =>
        GuardAsync(writing, writing.RepeatAsync(call, state, cancellation));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> GuardAsync<T>(Pipeline pipeline, ValueTask<T> call)
    {
        try
        {
            return await call;
        }
        catch (BrokenCircuitException refusal)
        {
            var last = refusal.InnerException;
            var fault = last is LogUnavailableException unavailable ? unavailable.Fault : LogFault.Timeout;
            throw new LogUnavailableException(
                $"The {log.Store} log has failed repeatedly and is left alone for a moment. The last failure: {last?.Message}", refusal, fault, pipeline.RefusesFor ?? TrialTime);
        }
        catch (TimeoutRejectedException refusal)
        {
            throw new LogUnavailableException(
                $"The {log.Store} log did not answer within {refusal.Timeout.TotalSeconds:0.###} s; what was asked for may still happen.", refusal, LogFault.Timeout, pipeline.RefusesFor);
        }
        catch (ExecutionRejectedException refusal)
        {
            throw new LogUnavailableException($"The {log.Store} log is overloaded: {refusal.Message}", refusal, retryAfter: TrialTime);
        }
        catch (LogUnavailableException failure) when (failure.RetryAfter is null && pipeline.RefusesFor is not null)
        {
            // The failure that opened the breaker: whoever met it knows as much as those who come after.
            throw new LogUnavailableException(failure.Message, failure, failure.Fault, pipeline.RefusesFor);
        }
    }
}
