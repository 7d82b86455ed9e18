using System.Text.RegularExpressions;
using Collab.Grains.Log.Postgres;
using Microsoft.Extensions.Options;

namespace Collab.Grains.Log;

/// <summary>Which store holds the operation log.</summary>
public enum LogProvider
{
    /// <summary>A file of this process alone. The default.</summary>
    Sqlite,

    /// <summary>Nothing survives the process. For tests and trying out.</summary>
    Memory,

    /// <summary>A PostgreSQL database, which several silos share.</summary>
    PostgreSql,
}

/// <summary>Configuration section <c>Collab:Log</c>. Ranges are checked at start; a value outside stops the host with a message naming it.</summary>
public sealed class LogOptions
{
    public const string Section = "Collab:Log";

    /// <summary><c>sqlite</c> (default), <c>postgresql</c> or <c>memory</c>.</summary>
    public LogProvider Provider { get; set; }

    /// <summary>SQLite's file; its folder is made when missing. Relative paths start at the working directory. Default <c>data/collab.db</c>.</summary>
    public string Path { get; set; } = "data/collab.db";

    /// <summary>
    /// Whether a start goes on when SQLite's write-ahead log or the commit journal is damaged before commits that were acknowledged, and so gives those up. Default false: the
    /// start ends with an error that names the place.
    /// </summary>
    public bool AcceptDamagedTail { get; set; }

    /// <summary>
    /// PostgreSQL's database: <c>Host=db.example;Database=collab;Username=collab;Password=…</c> (Npgsql's keywords). No default: it must be set with provider
    /// <c>postgresql</c>. It holds a password: set it by the environment (<c>Collab__Log__ConnectionString</c>) or a secret's file. Never logged.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>PostgreSQL's schema with the log's tables; made when missing. Default <c>collab</c>; 1–63 of <c>a–z 0–9 _</c>, not beginning with a digit.</summary>
    public string Schema { get; set; } = "collab";

    /// <summary>
    /// Connections for reading, which never wait for the writer. Default 4, range 1–64. Beyond it a read waits for a free one (PostgreSQL: up to
    /// <see cref="CommandTimeout"/>).
    /// </summary>
    public int ReaderConnectionsLimit { get; set; } = 4;

    /// <summary>
    /// PostgreSQL's connections for opening and creating documents, snapshots and trimming; appends have one more of their own, activity has two. Default 4, range 1–64. Beyond
    /// it a call waits for a free one, up to <see cref="CommandTimeout"/>.
    /// </summary>
    public int WriterConnectionsLimit { get; set; } = 4;

    /// <summary>
    /// How long one statement of PostgreSQL may take, waiting for locks included. Default 10 s, range 1 s–5 min. Then it is an error of kind <c>timeout</c>, which is
    /// tried again. A silo that stops within a transaction loses it after half of this, so that others get its locks.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Bytes of operations that may wait for the log or be on their way into it, in one silo. Default 64 MiB, range 64 KiB–4 GiB.
    /// At the limit an append is refused with <see cref="LogOverloadedException"/>; one that is larger by itself passes when nothing else waits.
    /// </summary>
    public long QueueBytesLimit { get; set; } = 64 << 20;

    /// <summary>Operations in one transaction. Default 2048, range 1–100,000. The rest goes with the next one.</summary>
    public int FlushOperationsLimit { get; set; } = 2048;

    /// <summary>Bytes of operations in one transaction. Default 4 MiB, range 4 KiB–256 MiB. One append above it goes alone.</summary>
    public long FlushBytesLimit { get; set; } = 4 << 20;

    /// <summary>
    /// How long the first append of a batch waits for company. Default 0: as soon as the writer is free, so that a batch is what
    /// queued while the last one was being synced. Range 0–1 s. More saves disk syncs and costs every edit this much latency.
    /// </summary>
    public TimeSpan FlushInterval { get; set; }
}

/// <summary>Checks the ranges that <see cref="LogOptions"/> documents.</summary>
internal sealed partial class LogOptionsRanges : IValidateOptions<LogOptions>
{
    public ValidateOptionsResult Validate(string? name, LogOptions options)
    {
        List<string> failures = [];
        Check(nameof(options.ReaderConnectionsLimit), options.ReaderConnectionsLimit, 1, 64);
        Check(nameof(options.WriterConnectionsLimit), options.WriterConnectionsLimit, 1, 64);
        Check($"{nameof(options.CommandTimeout)} in seconds", options.CommandTimeout.TotalSeconds, 1, 300);
        Check(nameof(options.QueueBytesLimit), options.QueueBytesLimit, 64L << 10, 4L << 30);
        Check(nameof(options.FlushOperationsLimit), options.FlushOperationsLimit, 1, 100_000);
        Check(nameof(options.FlushBytesLimit), options.FlushBytesLimit, 4L << 10, 256L << 20);
        Check($"{nameof(options.FlushInterval)} in milliseconds", options.FlushInterval.TotalMilliseconds, 0, 1000);
        if (!Enum.IsDefined(options.Provider))
            failures.Add($"{LogOptions.Section}:{nameof(options.Provider)} is {options.Provider}; it must be sqlite, postgresql or memory.");
        if (options.Provider == LogProvider.Sqlite && string.IsNullOrWhiteSpace(options.Path))
            failures.Add($"{LogOptions.Section}:{nameof(options.Path)} is empty; it must name SQLite's file.");
        if (options.Provider == LogProvider.PostgreSql)
            CheckDatabase();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        // Never the text itself, nor what the parser says of it: either could hold the password.
        void CheckDatabase()
        {
            if (string.IsNullOrWhiteSpace(options.ConnectionString))
                failures.Add($"{LogOptions.Section}:{nameof(options.ConnectionString)} is empty; with provider postgresql it must name the database (environment: Collab__Log__ConnectionString).");
            else if (!PostgresDatabase.IsConnectionString(options.ConnectionString))
                failures.Add($"{LogOptions.Section}:{nameof(options.ConnectionString)} can't be read; it must be like Host=db.example;Database=collab;Username=collab;Password=secret, a value with ; or = in double quotes.");
            if (!SchemaName().IsMatch(options.Schema))
                failures.Add($"{LogOptions.Section}:{nameof(options.Schema)} is '{options.Schema}'; it must be 1–63 characters of a–z 0–9 _ and not begin with a digit.");
        }

        void Check(string option, double value, double from, double to)
        {
            if (value < from || value > to)
                failures.Add(FormattableString.Invariant($"{LogOptions.Section}:{option} is {value}; it must be {from}–{to}."));
        }
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex SchemaName();
}
