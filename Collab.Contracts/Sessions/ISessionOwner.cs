using Orleans.Concurrency;

namespace Collab.Contracts.Sessions;

/// <summary>A web host's ear for the sessions of its connections.</summary>
[Alias("collab.ISessionOwner")]
public interface ISessionOwner : IGrainObserver
{
    /// <summary>The stay of <paramref name="session"/> on <paramref name="connection"/> is over; the host says so to the client and delivers nothing more to it.</summary>
    [Alias("Close"), OneWay]
    Task Close(SessionId session, string connection, SessionCloseReason reason);

    /// <summary>Whether the host still has this connection in this session; asked once a minute, so that a session whose host died does not stay for ever.</summary>
    [Alias("Confirm")]
    Task<bool> Confirm(SessionId session, string connection);

    /// <summary>What the client of the stay last measured of its connection; null before it has, or if the host has no such stay. Asked when somebody wants to see it.</summary>
    [Alias("Sample")]
    Task<ConnectionSample?> Sample(SessionId session, string connection);
}
