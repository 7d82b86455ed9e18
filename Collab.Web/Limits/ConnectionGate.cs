using Collab.Contracts.Refusals;
using Collab.Observability;
using Collab.Web.Api;
using Collab.Web.Connections;
using Collab.Web.Security;
using Microsoft.Extensions.Options;

namespace Collab.Web.Limits;

/// <summary>
/// How many connections there may be: on this host, of one address as long as nobody knows whose they are, and of one user. A connection counts from its HTTP request on, so also one that never gets through SignalR's handshake.
/// </summary>
internal sealed class ConnectionGate(IOptions<CollabOptions> options)
{
    // A host that is full does not empty in a second; clients back off further by themselves.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly ClientLimits _limits = options.Value.Limits;
    private readonly Lock _lock = new();
    private readonly Dictionary<NetworkAddress, int> _byAddress = [];
    private readonly Dictionary<string, int> _byUser = [];
    private int _count;

    /// <summary>Wraps the hub's endpoint: a WebSocket that is one too many is answered with 429, and counted like one that never gets through its handshake.</summary>
    public static void Apply(EndpointBuilder endpoint)
    {
        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context => context.Request.Path.Value?.EndsWith("/negotiate", StringComparison.Ordinal) == true
            ? next(context)
            : context.RequestServices.GetRequiredService<ConnectionGate>().RunAsync(context, next);
    }

    /// <summary>Takes a connection in.</summary>
    /// <param name="user">Null as long as it is not known whose it is.</param>
    /// <returns>Why not, or null; then it is to be given back with <see cref="Leave"/>.</returns>
    public Refusal? TryEnter(ConnectionPass pass, string? user)
    {
        lock (_lock)
        {
            if (_count >= _limits.Connections)
                return Full(Limit.Connections, $"The host has {_count} connections, the limit (Collab:Limits:Connections).");
            if (TryCount(pass, user) is { } refusal)
                return refusal;
            _count++;
            return null;
        }
    }

    /// <summary>It is known now whose the connection is: it counts for that user instead of for its address.</summary>
    /// <returns>Why not, or null. Either way it is to be given back with <see cref="Leave"/>.</returns>
    public Refusal? TryIdentify(ConnectionPass pass, string user)
    {
        lock (_lock)
        {
            if (pass.User == user)
                return null;
            var before = pass.User;
            Uncount(pass);
            if (TryCount(pass, user) is not { } refusal)
                return null;
            Count(pass, before);
            return refusal;
        }
    }

    public void Leave(ConnectionPass pass)
    {
        lock (_lock)
        {
            Uncount(pass);
            _count--;
        }
    }

    private async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var pass = new ConnectionPass(this, NetworkAddress.Of(context.Connection.RemoteIpAddress));
        if (TryEnter(pass, context.FindCaller()?.Subject) is { } refusal)
        {
            ConnectionMetrics.HandshakeOverLimit.Inc();
            await Problems.Of(refusal).ExecuteAsync(context);
            return;
        }

        context.Features.Set(pass);
        try
        {
            await next(context);
        }
        finally
        {
            if (!pass.IsHandedOver)
                pass.Leave();
        }
    }

    private Refusal? TryCount(ConnectionPass pass, string? user)
    {
        if (user is not null && _byUser.GetValueOrDefault(user) is var own && own >= _limits.ConnectionsPerUser)
            return Full(Limit.ConnectionsPerUser, $"There are {own} connections of this user, the limit (Collab:Limits:ConnectionsPerUser).");
        if (user is null && _byAddress.GetValueOrDefault(pass.Address) is var near && near >= _limits.ConnectionsPerAddress)
            return Full(Limit.ConnectionsPerAddress, $"There are {near} connections of this address that have not authenticated, the limit (Collab:Limits:ConnectionsPerAddress).");
        Count(pass, user);
        return null;
    }

    private void Count(ConnectionPass pass, string? user)
    {
        pass.User = user;
        if (user is not null)
            _byUser[user] = _byUser.GetValueOrDefault(user) + 1;
        else
            _byAddress[pass.Address] = _byAddress.GetValueOrDefault(pass.Address) + 1;
    }

    private void Uncount(ConnectionPass pass)
    {
        if (pass.User is { } user)
            Decrease(_byUser, user);
        else
            Decrease(_byAddress, pass.Address);
    }

    // Who has none left is forgotten: there are more addresses than memory.
    private static void Decrease<TKey>(Dictionary<TKey, int> counts, TKey key)
        where TKey : notnull
    {
        if (--counts[key] == 0)
            counts.Remove(key);
    }

    private static Refusal Full(Limit limit, string detail)
    {
        LimitMetrics.Reached(limit);
        return new Refusal(RefusalReason.TooManyConnections, detail, RetryAfter * (1 + Random.Shared.NextDouble()));
    }
}

/// <summary>One connection's place in the <see cref="ConnectionGate"/>; a feature of the HTTP request that it begins with.</summary>
internal sealed class ConnectionPass(ConnectionGate gate, NetworkAddress address)
{
    public NetworkAddress Address { get; } = address;

    /// <summary>Whom it counts for; null: for its address.</summary>
    public string? User { get; set; }

    /// <summary>It got through SignalR's handshake.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Its request ends before it; whoever serves it then gives the pass back.</summary>
    public bool IsHandedOver { get; set; }

    /// <inheritdoc cref="ConnectionGate.TryIdentify"/>
    public Refusal? TryIdentify(string user) => gate.TryIdentify(this, user);

    /// <summary>The connection is gone.</summary>
    public void Leave()
    {
        gate.Leave(this);
        if (!IsOpen)
            ConnectionMetrics.HandshakeBad.Inc();
    }
}
