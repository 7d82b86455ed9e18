using System.ComponentModel.DataAnnotations;
using Collab.Web.Memory;

namespace Collab.Web;

/// <summary>What a host that serves clients can be told; section <c>Collab</c>. Ranges are checked at start-up.</summary>
public sealed class CollabOptions
{
    public const string Section = "Collab";

    public ClientLimits Limits { get; set; } = new();

    public DeliveryOptions Delivery { get; set; } = new();

    public BrowserOptions Browsers { get; set; } = new();

    public ConnectionOptions Connections { get; set; } = new();

    public StayOptions Sessions { get; set; } = new();

    public PermissionOptions Permissions { get; set; } = new();

    public MemoryOptions Memory { get; set; } = new();
}

/// <summary>What one client may ask for; section <c>Collab:Limits</c>.</summary>
public sealed class ClientLimits
{
    /// <summary>UTF-8 bytes of one message or REST body; more is refused with <c>message_too_large</c>, twice as much closes the connection. Default 1 MiB, 4 KiB to 64 MiB.</summary>
    [Range(4 << 10, 64 << 20)]
    public int MessageBytes { get; set; } = 1 << 20;

    /// <summary>Documents that one connection may be in; more is refused with <c>too_many_documents</c>. Default 16, 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int DocumentsPerConnection { get; set; } = 16;

    /// <summary>Submissions of one session whose outcome is awaited; more is refused with <c>overloaded</c>. A client has one outstanding, and repeats it after 5 s. Default 8, 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int SubmissionsPerSession { get; set; } = 8;

    /// <summary>
    /// Operations that one session submits in a second, in bursts ten seconds' worth; more is refused with <c>rate_limited</c>. Whoever types makes ten or twenty, and a client gathers what is typed while one is
    /// outstanding, so only a program gets there. Operations. Default 200, 1 to 1,000,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int OperationsPerSecond { get; set; } = 200;

    /// <summary>
    /// Joins, reads, checks, reports of quality and other requests of one connection in a second, in bursts ten seconds' worth, and two for each of <see cref="DocumentsPerConnection"/> at least; more is refused
    /// with <c>rate_limited</c>. Each costs what a join costs; a client makes a few a minute. Default 20, 1 to 100,000.
    /// </summary>
    [Range(1, 100_000)]
    public int RequestsPerSecond { get; set; } = 20;

    /// <summary>
    /// Messages of any kind, pings included, that are taken from one connection in a second, in bursts ten seconds' worth. What is more is read later: the client's own sending slows down. Default 500, 10 to 1,000,000.
    /// </summary>
    [Range(10, 1_000_000)]
    public int MessagesPerSecond { get; set; } = 500;

    /// <summary>Bytes that are taken from one connection in a second, in bursts ten seconds' worth; what is more is read later. Default 4 MiB, 16 KiB to 1 GiB.</summary>
    [Range(16 << 10, 1 << 30)]
    public int ReceivedBytesPerSecond { get; set; } = 4 << 20;

    /// <summary>Connections of clients that a host has at once; one more is refused with <c>too_many_connections</c>. An idle one costs some 20 KiB, half as much again where Kestrel itself ends TLS. Default 50,000, 1 to 10,000,000.</summary>
    [Range(1, 10_000_000)]
    public int Connections { get; set; } = 50_000;

    /// <summary>
    /// Connections of one address (of IPv6: one /64 network) on a host that are anonymous or have not authenticated yet; one more is refused with <c>too_many_connections</c>. Those of people who are known
    /// don't count, so an office behind one address is not shut out. Behind a proxy that is not to be trusted with the clients' addresses, all come from the proxy's. Default 1,000, 1 to 10,000,000.
    /// </summary>
    [Range(1, 10_000_000)]
    public int ConnectionsPerAddress { get; set; } = 1_000;

    /// <summary>Connections of one subject on a host; one more is refused with <c>too_many_connections</c>. Each tab and each device has one. Default 100, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int ConnectionsPerUser { get; set; } = 100;

    /// <summary>
    /// REST requests of one caller (subject; address of IPv4, /64 network of IPv6 where there is none) to a host in a second, in bursts ten seconds' worth; more is refused with <c>rate_limited</c>. Default 100, 1 to 100,000.
    /// </summary>
    [Range(1, 100_000)]
    public int RestRequestsPerSecond { get; set; } = 100;

    /// <summary>REST requests that a host works on at once; as many wait, more is refused with <c>overloaded</c>. Each may hold a body of <see cref="MessageBytes"/>. Default 256, 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int RestRequestsAtOnce { get; set; } = 256;

    /// <summary>Nesting of JSON in a presence state: 1 for an object that holds nothing deeper; more is <c>malformed</c>. Default 16, 1 to 32.</summary>
    [Range(1, 32)]
    public int PresenceStateDepth { get; set; } = 16;

    /// <summary>UTF-8 bytes of a presence state; more is <c>malformed</c>. Default 4 KiB, 64 B to 64 KiB.</summary>
    [Range(64, 64 << 10)]
    public int PresenceStateBytes { get; set; } = 4 << 10;

    /// <summary>Shortest time between two presence updates that are forwarded for one session; what comes between is overtaken by the latest. Default 50 ms (20 a second), 0 to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan PresenceInterval { get; set; } = TimeSpan.FromMilliseconds(50);
}

/// <summary>How messages reach connections; section <c>Collab:Delivery</c>.</summary>
public sealed class DeliveryOptions
{
    /// <summary>
    /// Bytes queued for one connection. Above, its queued operations are dropped and it is brought back by reading once it has
    /// taken the rest; twice as much of anything else aborts the connection. Default 1 MiB, 64 KiB to 256 MiB.
    /// </summary>
    [Range(64 << 10, 256 << 20)]
    public int OutboxBytesLimit { get; set; } = 1 << 20;

    /// <summary>Bytes of recent operations that a host keeps for each document that it has connections in, to bring connections up without asking the authority. Default 256 KiB, 0 to 64 MiB.</summary>
    [Range(0, 64 << 20)]
    public int RecentBytesLimit { get; set; } = 256 << 10;

    /// <summary>
    /// Bytes of encoded snapshots that a host keeps for joins that come together. Above, those used least recently are let go and read anew for the next join; when nobody joins
    /// for one or two <see cref="RenewalInterval"/>s they are anyway. Default 256 MiB, 0 to 1 TiB.
    /// </summary>
    [Range(0L, 1L << 40)]
    public long SharedSnapshotsBytesLimit { get; set; } = 256 << 20;

    /// <summary>
    /// Bytes of snapshots that are on their way to this host's connections at once: each is copied for its connection until the client has taken it. Above, joins wait for their turn, those of small documents
    /// (below 64 KiB) don't; after 30 s of waiting a join is refused with <c>overloaded</c>. One that is larger by itself goes alone. Default 256 MiB, 1 MiB to 1 TiB.
    /// </summary>
    [Range(1L << 20, 1L << 40)]
    public long SnapshotBytesInFlight { get; set; } = 256 << 20;

    /// <summary>
    /// How long one write to a connection may take; then the connection is closed. A snapshot is one write: a document of 16 MB takes more than two minutes at 1 Mbit/s, and whoever is cut off
    /// before starts from nothing again. A client that is gone is noticed by its missing pings, after 30 s. Default 5 min, 10 s to 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often subscriptions and presence are renewed. They expire after 30 s and 45 s. Default 10 s, 100 ms to 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:15")]
    public TimeSpan RenewalInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a host that is told to stop goes on as before, except that <c>/health/ready</c> says no: until the load balancer has noticed and sends nobody any more. None is needed where there is none. Default 0, 0 to 5 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainDelay { get; set; } = TimeSpan.Zero;

    /// <summary>Over how long a stopping host spreads the goodbyes to its clients, so that they don't all arrive elsewhere at once. Default 3 s, 0 to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainPeriod { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a host that is a client of the cluster may be connected to no silo before it tells its clients, over <see cref="DrainPeriod"/>, to go on elsewhere: other hosts may reach the cluster. Longer than silos take to
    /// restart one after the other; 0 keeps them. Default 10 s, 0 to 10 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StrandedAfter { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>How long a host goes by what it knows of who may do what; section <c>Collab:Permissions</c>.</summary>
public sealed class PermissionOptions
{
    /// <summary>
    /// Roles that a host keeps so as not to ask for them again, some 500 bytes each. Above, those used least recently are let go, and asked for anew. Changes that Collab is told of hold at once all the same. Default 16 MiB,
    /// 0 to 16 GiB.
    /// </summary>
    [Range(0L, 16L << 30)]
    public long CacheBytesLimit { get; set; } = 16 << 20;

    /// <summary>How long such a role is gone by at most: what a host's own source of permissions changes without a word (<c>IAccessChanges</c>) holds then. Default 1 min, 0 to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan CacheLifetime { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>What pages of other origins may do; section <c>Collab:Browsers</c>.</summary>
public sealed class BrowserOptions
{
    /// <summary>Origins (<c>https://host:port</c>) besides the own one whose pages may connect; <c>*</c> for any. Default none. Programs send no Origin and are not concerned.</summary>
    public IList<string> AllowedOrigins { get; } = [];
}

/// <summary>How it is noticed that nobody is at the other end any more; section <c>Collab:Connections</c>.</summary>
public sealed class ConnectionOptions
{
    /// <summary>
    /// How often a connection on which the server has nothing to say is pinged, so that clients and what lies between know that it lives. Well below
    /// the minute after which proxies commonly cut what is silent. Default 15 s, 1 s to 5 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a client may be silent before its connection is closed as lost; then its sessions wait for it (<c>Collab:Sessions:Grace</c>). Clients ping every 15 s, so at least twice that, or one late ping cuts them off. Default 30 s,
    /// 1 s to 10 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ClientTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>How long somebody may stay who does nothing; section <c>Collab:Sessions</c>, of the web hosts.</summary>
public sealed class StayOptions
{
    /// <summary>
    /// How long a session may have no edit, read or presence of its own before it is closed with <c>inactive_timeout</c>; its client comes back with the person. 0 never closes any. Who reads along through an
    /// afternoon is not cut off, and a tab that was forgotten costs nothing over night. Default 4 h, 0 to 7 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromHours(4);
}
