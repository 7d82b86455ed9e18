using System.Collections.Concurrent;
using Collab.Contracts;
using Collab.Contracts.Sessions;
using Collab.Web.Cluster;
using Collab.Web.Delivery;
using Collab.Web.Limits;
using Collab.Web.Security;
using Microsoft.Extensions.Options;

namespace Collab.Web.Connections;

/// <summary>The connections of this host and the sessions that stay on them; the cluster's ear for both.</summary>
internal sealed class LocalConnections(
    IGrainFactory grains, ClusterCalls cluster, DocumentFeeds feeds, CallerAuthentication authentication, RevokedCredentials revoked, StayRoles roles, SnapshotTurns snapshots, IOptions<CollabOptions> options, IOptions<AccessOptions> accessOptions,
    TimeProvider time, ILogger<ClientConnection> logger) : ISessionOwner
{
    private readonly ConcurrentDictionary<string, ClientConnection> _connections = new();
    private readonly ConcurrentDictionary<string, Stay> _stays = new();
    private readonly Lock _gate = new();
    private ISessionOwner? _self;

    /// <summary>Whether this host stops: nobody is let in any more.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Whether this host has lost the cluster, and sends its clients to others until it has found it again.</summary>
    public bool IsStranded { get; set; }

    /// <summary>Whether clients are to go on elsewhere.</summary>
    public bool IsLeft => IsDraining || IsStranded;

    public ICollection<ClientConnection> All => _connections.Values;

    /// <summary>Also those that are on their way in.</summary>
    public ICollection<Stay> Stays => _stays.Values;

    /// <summary>What session grains call this host by. Made at the first join: by then the silo runs.</summary>
    public ISessionOwner Self
    {
        get
        {
            lock (_gate)
                return _self ??= grains.CreateObjectReference<ISessionOwner>(this);
        }
    }

    /// <summary>A connection is through its handshake.</summary>
    public ClientConnection Open(IClientTransport transport)
    {
        var caller = new ConnectionCaller(transport.Handshake, authentication, revoked, accessOptions.Value.AuthenticationTimeout, time);
        var connection = new ClientConnection(transport, caller, this, cluster, feeds, roles, snapshots, options.Value, time, logger);
        if (transport.Handshake?.Pass is { } pass)
            pass.IsOpen = true;
        _connections[connection.Id] = connection;
        caller.Attach(connection);
        ConnectionMetrics.HandshakeAccepted.Inc();
        ConnectionMetrics.Active.Inc();
        return connection;
    }

    public void Close(string id)
    {
        if (!_connections.TryRemove(id, out var connection))
            return;
        ConnectionMetrics.Active.Dec();
        ConnectionMetrics.Closed(IsDraining ? SessionCloseReason.ServerShutdown : SessionCloseReason.TransportFailed);
        connection.Close();
    }

    public void Add(Stay stay) => _stays[stay.Key] = stay;

    public void Remove(Stay stay) => _stays.TryRemove(stay.Key, out _);

    Task ISessionOwner.Close(SessionId session, string connection, SessionCloseReason reason)
    {
        if (_stays.TryGetValue(connection, out var stay) && stay.Session == session)
            stay.Connection.Close(stay, reason);
        return Task.CompletedTask;
    }

    Task<bool> ISessionOwner.Confirm(SessionId session, string connection) =>
        Task.FromResult(_stays.TryGetValue(connection, out var stay) && stay.Session == session);

    Task<ConnectionSample?> ISessionOwner.Sample(SessionId session, string connection) =>
        Task.FromResult(_stays.TryGetValue(connection, out var stay) && stay.Session == session ? stay.Sample : null);
}
