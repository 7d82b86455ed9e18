using Collab.Contracts.Fanout;
using Microsoft.Extensions.Logging;
using Orleans.Utilities;

namespace Collab.Grains.Fanout;

/// <summary>
/// The web hosts that listen to one grain: one entry for each host, whatever the number of connections behind it. An entry that is not renewed for <see cref="Expiration"/> is forgotten; one whose host does not
/// answer costs nothing long before that.
/// </summary>
public sealed class HostSubscribers<TSubscriber>(ListeningHosts hosts, ILogger log)
    where TSubscriber : IGrainObserver
{
    /// <summary>Hosts renew every 10 s; three may get lost.</summary>
    public static readonly TimeSpan Expiration = TimeSpan.FromSeconds(30);

    private readonly ObserverManager<TSubscriber, Entry> _observers = new(Expiration, log);
    private long _renewedAt;

    /// <summary>How many hosts listen. Asked from any thread; those that have expired are forgotten only with the next push, or when none has renewed.</summary>
    public int Count => Environment.TickCount64 - Volatile.Read(ref _renewedAt) < Expiration.TotalMilliseconds ? _observers.Count : 0;

    /// <param name="host">Where it is. Null for one of the version before, which can't be asked whether it is there.</param>
    public void Renew(TSubscriber subscriber, IListeningHost? host)
    {
        _observers.Subscribe(subscriber, new Entry(subscriber, host is null ? null : hosts.Renew(host)));
        Volatile.Write(ref _renewedAt, Environment.TickCount64);
    }

    public void Remove(TSubscriber subscriber) => _observers.Unsubscribe(subscriber);

    /// <summary>Sends to every host that answers, without waiting for any: the methods are one-way, and one slow host must not delay the others.</summary>
    /// <param name="send">Keep it static: what it needs is <paramref name="message"/>.</param>
    public void Push<TMessage>(TMessage message, Func<TSubscriber, TMessage, Task> send)
    {
        if (_observers.Count > 0)
            _observers.Notify(entry => { _ = send(entry.Subscriber, message); }, static entry => entry.Host?.TakesPush() != false);
    }

    private sealed record Entry(TSubscriber Subscriber, KnownHost? Host);
}
