using Collab.Contracts.Access;
using Collab.Contracts.Refusals;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Observability;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Collab.Grains.Access;

/// <summary>Holds the web hosts' calls until there is something to tell. What it remembers of changes is in memory: whoever asks a new life of it, or comes too late, asks for everything again.</summary>
/// <remarks>
/// Held calls keep it active, and nothing moves it: an activation that ends waits for what runs, and whoever calls meanwhile waits, too. So when its silo stops, which it hears before the silo does anything, it holds no
/// call any longer than <see cref="HoldStopping"/>.
/// </remarks>
[ResourceOptimizedPlacement, Immovable, Reentrant]
public sealed partial class AccessChangesGrain : Grain, IAccessChangesGrain
{
    private const int RememberedChanges = 1_000;

    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan HoldStopping = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan TrimPeriod = TimeSpan.FromMinutes(1);

    private const int TrimPiece = 1_000;

    private readonly IAccessStore _store;
    private readonly IOptions<GrantOptions> _options;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    // Two lives never have the same, whatever their clocks say.
    private readonly long _epoch = Random.Shared.NextInt64(1, long.MaxValue);
    private readonly ChangeHistory _history = new(RememberedChanges);
    private readonly Dictionary<(string?, string?), Revocation> _revocations = [];
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _stopping;

    public AccessChangesGrain(IAccessStore store, IOptions<GrantOptions> options, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<AccessChangesGrain> logger) =>
        (_store, _options, _lifetime, _clock, _logger) = (store, options, lifetime, clock, logger);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Without them nobody could be told what is revoked. If the store is away, the next call tries again.
        foreach (var revocation in await _store.ListRevocationsAsync(_clock.GetUtcNow(), cancellationToken))
            _revocations[KeyOf(revocation)] = revocation;
        _stopping = _lifetime.ApplicationStopping.Register(() => _changed.TrySetResult());
        this.RegisterGrainTimer(TrimAsync, new GrainTimerCreationOptions(TrimPeriod, TrimPeriod) { Interleave = true });
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _stopping.Dispose();
        return Task.CompletedTask;
    }

    public async Task<AccessChanges> Next(long epoch, long version)
    {
        if (epoch == _epoch && version == _history.Version)
            await WaitAsync();
        return epoch == _epoch && _history.TryRead(version, out var changes, out var revocations)
            ? new AccessChanges(_epoch, _history.Version, IsEverything: false, changes, revocations)
            : new AccessChanges(_epoch, _history.Version, IsEverything: true, [], [.. _revocations.Values]);
    }

    public Task Publish(AccessChange change)
    {
        _history.Add(change);
        Answer();
        return Task.CompletedTask;
    }

    public async Task<Refusal?> Revoke(Revocation revocation)
    {
        if (Malformed(revocation) is { } malformed)
            return malformed;
        try
        {
            await TrimAsync();
            if (!await _store.AddRevocationAsync(revocation, _options.Value.RevocationsLimit, CancellationToken.None))
            {
                LimitMetrics.Reached(Limit.Revocations);
                return new Refusal(
                    RefusalReason.Overloaded,
                    $"There are {_options.Value.RevocationsLimit} revocations, the limit (Collab:Grants:RevocationsLimit); there is room when one of them has expired.",
                    TimeSpan.FromMinutes(1));
            }
        }
        catch (LogUnavailableException failure)
        {
            return failure.ToRefusal();
        }

        if (_revocations.TryGetValue(KeyOf(revocation), out var there))
            revocation = revocation with { IssuedBefore = Later(revocation.IssuedBefore, there.IssuedBefore), Until = Later(revocation.Until, there.Until) };
        _revocations[KeyOf(revocation)] = revocation;
        _history.Add(revocation);
        Answer();
        return null;

        static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
    }

    private static (string?, string?) KeyOf(Revocation revocation) => (revocation.TokenId, revocation.Subject);

    private static Refusal? Malformed(Revocation revocation)
    {
        if (revocation.TokenId is null == revocation.Subject is null)
            return new Refusal(RefusalReason.Malformed, "A revocation names a token or a subject, one of the two.");
        string name = revocation.TokenId ?? revocation.Subject!;
        if (name.Length is 0 or > Grant.SubjectLimit)
            return new Refusal(RefusalReason.Malformed, $"What is to be revoked has {name.Length} characters; 1 to {Grant.SubjectLimit} are allowed.");
        return PlainText.IsText(name) ? null : new Refusal(RefusalReason.Malformed, "What is to be revoked is no text: it has U+0000 or a lone surrogate.");
    }

    private async Task WaitAsync()
    {
        try
        {
            await (_lifetime.ApplicationStopping.IsCancellationRequested ? Task.Delay(HoldStopping, _clock) : _changed.Task.WaitAsync(Hold, _clock));
        }
        catch (TimeoutException)
        {
            // Nothing changed in that time, as most often.
        }
    }

    private void Answer()
    {
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }

    private async Task TrimAsync()
    {
        var now = _clock.GetUtcNow();
        foreach (var (key, revocation) in _revocations)
        {
            if (revocation.Until <= now)
                _revocations.Remove(key);
        }

        try
        {
            while (await _store.TrimRevocationsAsync(now, TrimPiece, CancellationToken.None) == TrimPiece)
            {
                // There may be more.
            }
        }
        catch (LogUnavailableException failure)
        {
            // The next round goes on.
            ErrorMetrics.Count(ErrorComponent.Access, "not_trimmed");
            LogNotTrimmed(failure.Message);
        }
    }

    [LoggerMessage(1511, LogLevel.Warning, "Revocations that are over could not be deleted: {Reason}")]
    private partial void LogNotTrimmed(string reason);
}
