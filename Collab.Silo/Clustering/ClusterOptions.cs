namespace Collab.Silo.Clustering;

/// <summary>How a process takes part in the cluster.</summary>
public enum ClusterMode
{
    /// <summary>It is the whole cluster.</summary>
    Embedded,

    /// <summary>Its silo joins the others.</summary>
    Member,

    /// <summary>It has no silo and no log, and calls those of the members.</summary>
    Client,
}

/// <summary>Where members and clients find each other.</summary>
public enum ClusterProvider
{
    /// <summary>In tables of a PostgreSQL database.</summary>
    PostgreSql,

    /// <summary>In the memory of one of several silos on this machine. For development: the cluster ends with that silo.</summary>
    Localhost,
}

/// <summary>Configuration section <c>Collab:Cluster</c>. Everything is checked at start; what is wrong stops the host with a message that names it.</summary>
public sealed class ClusterOptions
{
    public const string Section = "Collab:Cluster";

    /// <summary>
    /// <c>embedded</c> (default of a web host): this process is the whole cluster, with any log. <c>member</c> (default of <c>Collab.Silo</c>): its silo joins the cluster; the log must be PostgreSQL's.
    /// <c>client</c> (web hosts only): no silo, no log.
    /// </summary>
    public ClusterMode Mode { get; set; }

    /// <summary><c>postgresql</c> (default) or <c>localhost</c>, for members and clients.</summary>
    public ClusterProvider Provider { get; set; }

    /// <summary>
    /// The database with the cluster's tables and key ring, in Npgsql's keywords. Default: that of the log, <c>Collab:Log:ConnectionString</c>. It holds a password: set it by the environment
    /// (<c>Collab__Cluster__ConnectionString</c>) or a secret's file. Never logged.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>PostgreSQL's schema with the cluster's tables; made when missing. Default <c>orleans</c>; 1–63 of <c>a–z 0–9 _</c>, not beginning with a digit.</summary>
    public string Schema { get; set; } = "orleans";

    /// <summary>Connections of this process to that database. Default 8, range 2–64. Beyond it a query waits for a free one.</summary>
    public int ConnectionsLimit { get; set; } = 8;

    /// <summary>
    /// Silos and clients of one id are one cluster. Default <c>collab</c>; 1–150 characters. Two clusters that run side by side on one log (blue and green) have different ones: the log fences each document, but
    /// every document that is open in both changes hands all the time.
    /// </summary>
    public string ClusterId { get; set; } = "collab";

    /// <summary>Whose reminders and stored states these are; stays the same over the lives of clusters. Default <c>collab</c>; 1–150 characters.</summary>
    public string ServiceId { get; set; } = "collab";

    /// <summary>Port for other silos. Default 11111, range 1–65535. Two silos on one machine need different ones.</summary>
    public int SiloPort { get; set; } = 11111;

    /// <summary>Port for the cluster's clients. Default 30000, range 1–65535. Of a client with provider <c>localhost</c>: the port of a silo that it asks.</summary>
    public int GatewayPort { get; set; } = 30000;

    /// <summary>
    /// Address or host name at which the other silos and the clients reach this one. Default: the machine's first that is not loopback. A member listens on all of its addresses; with loopback here, only there.
    /// </summary>
    public string? AdvertisedAddress { get; set; }

    /// <summary>With provider <c>localhost</c>: the <see cref="SiloPort"/> of the silo that keeps the list of members. Default 11111, range 1–65535.</summary>
    public int PrimarySiloPort { get; set; } = 11111;

    /// <summary>
    /// Folder of the keys that tokens are protected with, when they are not in the database: modes <c>embedded</c> and provider <c>localhost</c>. Made when missing. Relative paths start at the working directory.
    /// Default <c>data/keys</c>.
    /// </summary>
    public string KeysPath { get; set; } = "data/keys";

    /// <summary>How long a start waits for the database and, as a client, for the first silo; then it fails. Default 2 min, range 0–1 h.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// What silos wait for each other's answer to a probe, before they have measured how quick the other is; from then on between half and twice of it. Default 2 s, range 200 ms–1 min. See <see cref="MissedProbesLimit"/>.
    /// </summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Probes in a row without an answer after which a silo is suspected; two that suspect it declare it dead. Default 3, range 1–20. A silo whose process is gone is so replaced within a few seconds; one that
    /// is only silent, its connections open, when nothing came from it for twice <see cref="ProbeTimeout"/> times this, 12 s. A silo that pauses longer than that (a frozen machine, swapping) is taken for dead and ends itself when it wakes.
    /// </summary>
    public int MissedProbesLimit { get; set; } = 3;

    /// <summary>
    /// How often a silo writes into the table that it lives. Three times of it without is how long a start waits for members that are gone without a word, when all died at once. Default 10 s, range 1 s–10 min.
    /// </summary>
    public TimeSpan AliveInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a client reads which silos there are: so much later than the silos it gives up one that froze, and finds one that is new. Default 5 s, range 1 s–10 min.</summary>
    public TimeSpan GatewayRefreshInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the cluster's tables and keys are in PostgreSQL.</summary>
    internal bool UsesDatabase => Mode != ClusterMode.Embedded && Provider == ClusterProvider.PostgreSql;
}
