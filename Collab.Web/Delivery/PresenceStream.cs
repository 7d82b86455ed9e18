using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;
using Collab.Contracts.Fanout;
using Collab.Contracts.Presence;
using Collab.Observability;
using Collab.Web.Cluster;
using Collab.Web.Connections;
using Collab.Web.Messages;

namespace Collab.Web.Delivery;

/// <summary>The presence of one document on this host: kept once for all who are in it here, told to them as it changes, and read again when something of it did not come.</summary>
/// <remarks>A joining client is told what stands on the board, and from then on what changes on it: both under one lock, so that nothing falls between.</remarks>
internal sealed partial class PresenceStream(DocumentId id, PresenceCalls presence, TimeProvider time, ILogger logger)
{
    /// <summary>How long a batch that was overtaken is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    // A message of a few tens of kilobytes.
    private const int IntroducedAtOnce = 500;

    private readonly Lock _gate = new();
    private readonly ILogger _logger = logger;
    private readonly PresenceBoard _board = new(id);
    private readonly HashSet<Stay> _stays = [];
    private bool _isHealing;

    public void Attach(Stay stay)
    {
        lock (_gate)
            _stays.Add(stay);
    }

    public void Detach(Stay stay)
    {
        lock (_gate)
            _stays.Remove(stay);
    }

    /// <summary>Who is here, for a stay that is about to be told that it has joined. How many there are besides comes with the presence that is held for it meanwhile.</summary>
    public ImmutableArray<PresenceEntry> Show(Stay stay)
    {
        lock (_gate)
        {
            if (_board.Crowd > 0)
            {
                var count = new PresenceBatch(id, [], [], Count: _board.Crowd);
                stay.Connection.Outbox.PostPresence(stay, ServerMessages.Presence(count), count);
            }

            return _board.Entries;
        }
    }

    /// <summary>Subscribes, and reads what there is.</summary>
    public async Task StartAsync(IDocumentSubscriber subscriber, IListeningHost host)
    {
        await presence.Listen(subscriber, host, []);
        await ReadAsync();
    }

    /// <summary>Renews the subscription and those who are here, and finds out whether anything was missed.</summary>
    public async Task RenewAsync(IDocumentSubscriber subscriber, IListeningHost host)
    {
        PresenceEntry[] own;
        lock (_gate)
            own = [.. _stays.Where(stay => stay.Position.State != StreamState.Left).Select(stay => stay.Presence)];
        var standing = await presence.Listen(subscriber, host, [.. own.Select(entry => entry.Session)]);
        var unknown = standing.Unknown.ToHashSet();
        foreach (var some in own.Where(entry => unknown.Contains(entry.Session)).Chunk(IntroducedAtOnce))
            await presence.Introduce([.. some]);
        bool isAt;
        lock (_gate)
            isAt = _board.IsAt(standing.Life, standing.Version);
        if (!isAt)
            await ReadAsync();
    }

    /// <summary>Takes what was pushed.</summary>
    public void Take(PresenceBatch batch)
    {
        lock (_gate)
        {
            Tell(_board.Take(batch));
            if (!_board.IsBehind || _isHealing)
                return;
            _isHealing = true;
        }

        _ = HealAsync();
    }

    private async Task HealAsync()
    {
        try
        {
            await Task.Delay(Patience, time);
            bool isBehind;
            lock (_gate)
            {
                // What comes from now on and shows a gap, the next one heals.
                _isHealing = false;
                isBehind = _board.IsBehind;
            }

            if (isBehind)
                await ReadAsync();
        }
        catch (Exception failure)
        {
            // The next renewal finds it out.
            ErrorMetrics.Count(ErrorComponent.Delivery, "presence_not_read");
            LogNotHealed(id, failure.GetType().Name);
        }
    }

    private async Task ReadAsync()
    {
        DeliveryMetrics.PresenceReads.Inc();
        var reading = await presence.Read();
        lock (_gate)
            Tell(_board.Take(reading));
    }

    /// <summary>Under the lock.</summary>
    private void Tell(PresenceBatch news)
    {
        if (_stays.Count == 0 || (news.Updates.IsEmpty && news.Left.IsEmpty && news.Count == 0))
            return;
        var message = ServerMessages.Presence(news);
        int queued = 0;
        foreach (var stay in _stays)
        {
            if (stay.Connection.Outbox.PostPresence(stay, message, news))
                queued++;
        }

        DeliveryMetrics.Sent(message, queued);
    }

    [LoggerMessage(3131, LogLevel.Debug, "Presence in {Document} could not be read ({Failure}); the next renewal tries again.")]
    private partial void LogNotHealed(DocumentId document, string failure);
}
