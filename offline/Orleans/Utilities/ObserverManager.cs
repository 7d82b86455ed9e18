using System.Collections;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Orleans.Utilities;

/// <summary>Observers of a grain, each its own identity.</summary>
public class ObserverManager<TObserver>(TimeSpan expiration, ILogger log) : ObserverManager<IAddressable, TObserver>(expiration, log);

/// <summary>
/// The observers of a grain. A subscription lasts <see cref="ExpirationDuration"/> unless it is renewed by subscribing again; expired and
/// failing observers leave when they are next notified. Enumerating and notifying see the set as it was when they began.
/// </summary>
public partial class ObserverManager<TIdentity, TObserver> : IEnumerable<TObserver>
    where TIdentity : notnull
{
    private readonly ILogger _log;

    // Replaced, not changed, so that a notification under way keeps walking its own set while turns interleave.
    private Dictionary<TIdentity, Entry> _observers = [];
    private int _walkers;

    public ObserverManager(TimeSpan expiration, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(log);
        ExpirationDuration = expiration;
        _log = log;
    }

    /// <summary>The clock, UTC.</summary>
    public Func<DateTime> GetDateTime { get; set; } = static () => DateTime.UtcNow;

    public TimeSpan ExpirationDuration { get; set; }

    /// <summary>How many are subscribed, expired ones that have not left yet included.</summary>
    public int Count => _observers.Count;

    /// <summary>A copy.</summary>
    public IReadOnlyDictionary<TIdentity, TObserver> Observers => _observers.ToDictionary(pair => pair.Key, pair => pair.Value.Observer);

    public void Clear() => Writable().Clear();

    /// <summary>Subscribes, or renews and replaces the observer of that identity.</summary>
    public void Subscribe(TIdentity id, TObserver observer)
    {
        Writable()[id] = new Entry(observer, GetDateTime());
        LogSubscribed(id, Count);
    }

    public void Unsubscribe(TIdentity id)
    {
        Writable().Remove(id);
        LogUnsubscribed(id, Count);
    }

    /// <summary>Calls the observers one after the other, waiting for each.</summary>
    public async Task Notify(Func<TObserver, Task> notification, Func<TObserver, bool>? predicate = null)
    {
        List<TIdentity> leaving = [];
        foreach (var (id, observer) in Current(leaving))
        {
            try
            {
                if (predicate is null || predicate(observer))
                    await notification(observer);
            }
            catch (Exception)
            {
                leaving.Add(id);
            }
        }
        Remove(leaving);
    }

    /// <summary>Calls the observers one after the other.</summary>
    public void Notify(Action<TObserver> notification, Func<TObserver, bool>? predicate = null)
    {
        List<TIdentity>? leaving = null;
        var now = GetDateTime();
        _walkers++;
        try
        {
            foreach (var (id, entry) in _observers)
            {
                if (!TryNotify(entry))
                    (leaving ??= []).Add(id);
            }
        }
        finally
        {
            _walkers--;
        }
        if (leaving is not null)
            Remove(leaving);

        bool TryNotify(Entry entry)
        {
            if (entry.LastSeen + ExpirationDuration < now)
                return false;
            try
            {
                if (predicate is null || predicate(entry.Observer))
                    notification(entry.Observer);
                return true;
            }
            catch (Exception)
            {
                return false;
            }
        }
    }

    public void ClearExpired()
    {
        List<TIdentity> leaving = [];
        foreach (var _ in Current(leaving))
        {
            // Walking collects those that have expired.
        }
        Remove(leaving);
    }

    public IEnumerator<TObserver> GetEnumerator()
    {
        _walkers++;
        var observers = _observers;
        try
        {
            foreach (var entry in observers.Values)
                yield return entry.Observer;
        }
        finally
        {
            _walkers--;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<(TIdentity Id, TObserver Observer)> Current(List<TIdentity> expired)
    {
        _walkers++;
        var observers = _observers;
        var now = GetDateTime();
        try
        {
            foreach (var (id, entry) in observers)
            {
                if (entry.LastSeen + ExpirationDuration < now)
                    expired.Add(id);
                else
                    yield return (id, entry.Observer);
            }
        }
        finally
        {
            _walkers--;
        }
    }

    private void Remove(List<TIdentity> leaving)
    {
        if (leaving.Count == 0)
            return;
        var observers = Writable();
        foreach (var id in leaving)
            observers.Remove(id);
        LogLeft(leaving.Count);
    }

    private Dictionary<TIdentity, Entry> Writable() =>
        _walkers == 0 ? _observers : _observers = new Dictionary<TIdentity, Entry>(_observers);

    [LoggerMessage(LogLevel.Debug, "Observer {Id} is subscribed, {Count} in all.")]
    private partial void LogSubscribed(TIdentity id, int count);

    [LoggerMessage(LogLevel.Debug, "Observer {Id} is unsubscribed, {Count} are left.")]
    private partial void LogUnsubscribed(TIdentity id, int count);

    [LoggerMessage(LogLevel.Debug, "{Count} observers had expired or failed.")]
    private partial void LogLeft(int count);

    private sealed record Entry(TObserver Observer, DateTime LastSeen);
}
