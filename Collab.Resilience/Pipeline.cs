using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using Prometheus;

namespace Collab.Resilience;

/// <summary>
/// Calls to something that may be away: bounded in time and number, repeated where that is safe, and refused at once while it is known to be away.
/// From the outside in: total timeout, bulkhead, retry, circuit breaker, attempt timeout. One instance in a process for each <see cref="PipelineName"/>, or for each of the things that are called by that name.
/// </summary>
public sealed partial class Pipeline : IDisposable
{
    private static readonly ResiliencePropertyKey<long> Began = new("collab.began");

    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(1);

    private readonly string _word;
    private readonly Func<Exception, bool> _isTrouble;
    private readonly TimeProvider _time;
    private readonly ILogger<Pipeline> _logger;
    private readonly ConcurrencyLimiter _places;
    private readonly ResiliencePipeline _once;
    private readonly ResiliencePipeline _repeating;
    private readonly ResiliencePipeline? _repeatingAfter;
    private readonly ResiliencePipeline _untimed;
    private readonly ResiliencePipeline _breaker;
    private readonly AttemptWatch _watch;
    private readonly CircuitBreakerStateProvider _circuit = new();
    private readonly Gauge.Child _state;
    private readonly Counter.Child _trips;
    private readonly Counter.Child _retries;
    private readonly Counter.Child _timeouts;
    private readonly Counter.Child _rejections;
    private long _refusesUntil = long.MinValue;

    /// <param name="isTrouble">
    /// Which exceptions say that the other side is away: these alone are repeated and counted by the breaker, and so are timeouts. Everything else is an answer.
    /// </param>
    /// <param name="of">
    /// Which of several that go by the name, so that one that is sick opens no breaker for the others; metrics and log lines then say <c>webhook:billing</c>. From a closed set, for it is a
    /// part of a label's value. Null: there is one.
    /// </param>
    public Pipeline(PipelineName name, PipelineOptions options, Func<Exception, bool> isTrouble, TimeProvider time, ILogger<Pipeline> logger, string? of = null)
    {
        (_word, _isTrouble, _time, _logger) = (of is null ? name.Word() : $"{name.Word()}:{of}", isTrouble, time, logger);
        _state = PipelineMetrics.BreakerState.WithLabels(_word);
        _trips = PipelineMetrics.BreakerTrips.WithLabels(_word);
        _retries = PipelineMetrics.Events.WithLabels(_word, "retry");
        _timeouts = PipelineMetrics.Events.WithLabels(_word, "timeout");
        _rejections = PipelineMetrics.Events.WithLabels(_word, "rejected");
        _state.Set(0);
        _places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = options.ConcurrentCalls, QueueLimit = options.QueuedCalls });

        // One breaker for both: that a call can't be repeated does not make it blind to what the others met.
        _breaker = Builder().AddCircuitBreaker(Breaker(options)).Build();
        var attempt = Builder().AddPipeline(_breaker).AddTimeout(Limit(options.AttemptTimeout)).Build();
        _untimed = Places(name, options).AddPipeline(_breaker).Build();
        var places = Places(name, options);
        // What neither waits for a place nor is repeated takes no longer than its attempt; a second clock for each call would cost as much as the first.
        _once = options.QueuedCalls == 0 ? places.AddPipeline(attempt).Build() : Timed(options).AddPipeline(places.AddPipeline(attempt).Build()).Build();
        _repeating = options.Retries == 0 ? _once : Timed(options).AddPipeline(Places(name, options).AddRetry(Retry(options)).AddPipeline(attempt).Build()).Build();
        _repeatingAfter = options.Retries == 0 ? null : Builder().AddTimeout(LimitOfRest(options.TotalTimeout)).AddRetry(Retry(options)).AddPipeline(attempt).Build();
        _watch = new AttemptWatch(time, options.AttemptTimeout, () => _timeouts.Inc());
    }

    /// <summary>How much longer the breaker refuses every call; null while it lets calls through, if only to find out.</summary>
    public TimeSpan? RefusesFor =>
        Volatile.Read(ref _refusesUntil) is var until && until > _time.GetTimestamp() ? _time.GetElapsedTime(_time.GetTimestamp(), until) : null;

    /// <summary>Makes a call that may be repeated: done twice, it has the effect of once.</summary>
    /// <param name="call">Keep it static and give it what it needs as <paramref name="state"/>: then a call costs no closure.</param>
    /// <exception cref="TimeoutRejectedException">It took too long; whether it happened is unknown.</exception>
    /// <exception cref="BrokenCircuitException">The breaker is open; it was not begun.</exception>
    /// <exception cref="BulkheadRejectedException">Too many wait already; it was not begun.</exception>
    public ValueTask<T> RepeatAsync<TState, T>(Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellation) =>
        TryTakePlace(cancellation) is { } place
            ? DirectlyAsync(call, state, place, _watch, _repeatingAfter, cancellation)
            : RunAsync(_repeating, call, state, cancellation);

    /// <summary>Makes a call that is never repeated here, because done twice it may have another effect.</summary>
    /// <inheritdoc cref="RepeatAsync"/>
    public ValueTask<T> OnceAsync<TState, T>(Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellation) =>
        TryTakePlace(cancellation) is { } place
            ? DirectlyAsync(call, state, place, _watch, repeatingAfter: null, cancellation)
            : RunAsync(_once, call, state, cancellation);

    /// <summary>Makes a call, once, that is known to end: its own way has a limit of time. Without a clock here it costs a fraction of the others, which is for the one call that every keystroke makes.</summary>
    /// <exception cref="BrokenCircuitException">The breaker is open; it was not begun.</exception>
    /// <exception cref="BulkheadRejectedException">Too many wait already; it was not begun.</exception>
    public ValueTask<T> UntimedAsync<TState, T>(Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellation) =>
        TryTakePlace(cancellation) is { } place
            ? DirectlyAsync(call, state, place, watch: null, repeatingAfter: null, cancellation)
            : WithinAsync(call, state, cancellation);

    public void Dispose()
    {
        _watch.Dispose();
        _places.Dispose();
    }

    /// <summary>A place for a call that needs none of Polly's layers, as long as it goes well; null when it does.</summary>
    /// <remarks>
    /// While the breaker is closed and a place is free, the breaker is told afterwards how the call ended: around a call that waits, each of Polly's layers waits, too, and costs more than the call.
    /// Everything else (a breaker that is open, the one call that finds out, the wait for a place, repeating) goes through the layers.
    /// </remarks>
    private RateLimitLease? TryTakePlace(CancellationToken cancellation) =>
        _circuit.CircuitState == CircuitState.Closed && !cancellation.IsCancellationRequested && _places.AttemptAcquire() is { IsAcquired: true } place ? place : null;

    /// <summary>Makes a call past the layers.</summary>
    /// <param name="watch">What ends it when it takes too long; null where nothing has to.</param>
    /// <param name="repeatingAfter">What goes on with it after trouble; null where it is not repeated.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> DirectlyAsync<TState, T>(
        Func<TState, CancellationToken, ValueTask<T>> call, TState state, RateLimitLease place, AttemptWatch? watch, ResiliencePipeline? repeatingAfter, CancellationToken cancellation)
    {
        using (place)
        {
            long began = repeatingAfter is null ? 0 : _time.GetTimestamp();
            T answer;
            try
            {
                answer = watch is null ? await call(state, cancellation).ConfigureAwait(false) : await watch.RunAsync(call, state, cancellation).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                if (repeatingAfter is not null && _circuit.CircuitState == CircuitState.Closed && IsTrouble(failure))
                    return await RepeatAfterAsync(repeatingAfter, new FailedCall<TState, T>(failure, call, state), began, cancellation).ConfigureAwait(false);
                await TellAsync(failure).ConfigureAwait(false);
                throw;
            }

            await TellAsync(null).ConfigureAwait(false);
            return answer;
        }
    }

    /// <summary>Goes on with a call whose first attempt failed: through the layers, to which that failure looks like one that they met.</summary>
    private async ValueTask<T> RepeatAfterAsync<TState, T>(ResiliencePipeline pipeline, FailedCall<TState, T> failed, long began, CancellationToken cancellation)
    {
        var context = ResilienceContextPool.Shared.Get(cancellation);
        context.Properties.Set(Began, began);
        try
        {
            return await pipeline.ExecuteAsync(
                static (context, failed) => failed.TakeFailure() is { } failure ? ValueTask.FromException<T>(failure) : AttemptAsync(failed.Call, failed.State, context.CancellationToken),
                context,
                failed).ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            _rejections.Inc();
            throw;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Tells the breaker how a call ended that went past it. Once others have opened it, it is for the call that finds out to say how things are, not for one that began before.</summary>
    /// <remarks>As an outcome of <see cref="object"/>, which the breaker takes as it is: any other it converts.</remarks>
    private async ValueTask TellAsync(Exception? failure)
    {
        if (_circuit.CircuitState != CircuitState.Closed)
            return;
        var context = ResilienceContextPool.Shared.Get(CancellationToken.None);
        await _breaker.ExecuteOutcomeAsync(
            static (_, failure) => new ValueTask<Outcome<object?>>(failure is null ? Outcome.FromResult<object?>(null) : Outcome.FromException<object?>(failure)),
            context,
            failure).ConfigureAwait(false);
        ResilienceContextPool.Shared.Return(context);
    }

    private async ValueTask<T> WithinAsync<TState, T>(Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellation)
    {
        try
        {
            return await _untimed.ExecuteAsync(call, state, cancellation).ConfigureAwait(false);
        }
        catch (Exception refusal) when (refusal is BrokenCircuitException or BulkheadRejectedException)
        {
            _rejections.Inc();
            throw;
        }
    }

    private async ValueTask<T> RunAsync<TState, T>(
        ResiliencePipeline pipeline, Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellation)
    {
        try
        {
            return await pipeline.ExecuteAsync(static (run, cancellation) => AttemptAsync(run.call, run.state, cancellation), (call, state), cancellation).ConfigureAwait(false);
        }
        catch (Exception refusal) when (refusal is BrokenCircuitException or BulkheadRejectedException)
        {
            _rejections.Inc();
            throw;
        }
    }

    /// <summary>Polly's timeout cancels and waits; a store or a grain that hangs does not listen. So the caller goes on, and the attempt is left to itself.</summary>
    private static ValueTask<T> AttemptAsync<TState, T>(Func<TState, CancellationToken, ValueTask<T>> call, TState state, CancellationToken cancellation)
    {
        var answer = call(state, cancellation);
        return answer.IsCompleted ? answer : WaitAsync(answer.AsTask(), cancellation);

        static async ValueTask<T> WaitAsync(Task<T> answer, CancellationToken cancellation)
        {
            // Not Task.WaitAsync: it goes on by way of the thread pool, one more hop for every call that goes well.
            var over = new TaskCompletionSource();
            await using (cancellation.UnsafeRegister(static over => ((TaskCompletionSource)over!).TrySetResult(), over).ConfigureAwait(false))
            {
                if (await Task.WhenAny(answer, over.Task).ConfigureAwait(false) == answer)
                    return await answer.ConfigureAwait(false);
            }

            // Nobody is left to hear how it fails.
            _ = answer.ContinueWith(
                static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw new OperationCanceledException(cancellation);
        }
    }

    private bool IsTrouble(Exception? failure) => failure is TimeoutRejectedException || (failure is not null and not ExecutionRejectedException && _isTrouble(failure));

    private ResiliencePipelineBuilder Builder() => new() { Name = _word, TimeProvider = _time };

    private ResiliencePipelineBuilder Timed(PipelineOptions options) => Builder().AddTimeout(Limit(options.TotalTimeout));

    private ResiliencePipelineBuilder Places(PipelineName name, PipelineOptions options) =>
        Builder().AddStrategy(_ => new Bulkhead(_places, () => new BulkheadRejectedException(name, options)));

    private TimeoutStrategyOptions Limit(TimeSpan timeout) => Limit(_ => timeout);

    /// <summary>What a call that began before its pipeline has left. Something, however late it is: for Polly no time is time without end.</summary>
    private TimeoutStrategyOptions LimitOfRest(TimeSpan timeout) => Limit(context =>
    {
        var rest = timeout - _time.GetElapsedTime(context.Properties.GetValue(Began, 0));
        return rest > ShortestRest ? rest : ShortestRest;
    });

    private TimeoutStrategyOptions Limit(Func<ResilienceContext, TimeSpan> timeout) => new()
    {
        TimeoutGenerator = arguments => ValueTask.FromResult(timeout(arguments.Context)),
        OnTimeout = _ =>
        {
            _timeouts.Inc();
            return default;
        },
    };

    private RetryStrategyOptions Retry(PipelineOptions options) => new()
    {
        MaxRetryAttempts = options.Retries,
        Delay = options.RetryDelay,
        MaxDelay = options.RetryDelayLimit,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = arguments => ValueTask.FromResult(IsTrouble(arguments.Outcome.Exception)),
        OnRetry = _ =>
        {
            _retries.Inc();
            return default;
        },
    };

    private CircuitBreakerStrategyOptions Breaker(PipelineOptions options) => new()
    {
        FailureRatio = options.FailureRatio,
        MinimumThroughput = options.MinimumThroughput,
        SamplingDuration = options.SamplingDuration,
        BreakDuration = options.BreakDuration,
        StateProvider = _circuit,
        ShouldHandle = arguments => ValueTask.FromResult(IsTrouble(arguments.Outcome.Exception)),
        OnOpened = opened =>
        {
            Volatile.Write(ref _refusesUntil, _time.GetTimestamp() + (long)(opened.BreakDuration.TotalSeconds * _time.TimestampFrequency));
            _state.Set(2);
            _trips.Inc();
            var failure = opened.Outcome.Exception;
            Log.Opened(_logger, _word, opened.BreakDuration.TotalSeconds, failure?.GetType().Name, failure?.Message);
            return default;
        },
        OnHalfOpened = _ =>
        {
            _state.Set(1);
            Log.HalfOpened(_logger, _word);
            return default;
        },
        OnClosed = _ =>
        {
            Volatile.Write(ref _refusesUntil, long.MinValue);
            _state.Set(0);
            Log.Closed(_logger, _word);
            return default;
        },
    };
}
