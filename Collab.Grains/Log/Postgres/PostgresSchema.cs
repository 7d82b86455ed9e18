using Npgsql;

namespace Collab.Grains.Log.Postgres;

/// <summary>The tables, and the way from each older form of them to the newest. A table of its own says which steps the schema has behind it.</summary>
internal static class PostgresSchema
{
    /// <summary>Applied in order, each in a transaction of its own. A released step is never edited: a change is a further step.</summary>
    private static readonly string[] Migrations =
    [
        """
        -- Documents have a number inside the database, so that the millions of rows below don't repeat a name of up to 128 bytes.
        -- Each append changes a document's row. It is cheap as long as no index has to change with it (a heap-only tuple): 64 rows in one
        -- statement took 0.9 ms so, and 1.9 ms with an index on modified_at. So the list's index holds the minute, and a fifth of each page is kept free.
        CREATE TABLE documents (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id text COLLATE "C" NOT NULL UNIQUE,
            created_at bigint NOT NULL,     -- milliseconds since 1970, UTC
            modified_at bigint NOT NULL,
            modified_minute bigint NOT NULL GENERATED ALWAYS AS (modified_at / 60000) STORED,
            revision bigint NOT NULL,       -- of the newest operation
            start bigint NOT NULL,          -- the oldest revision that can be read from; what lies before may still be on its way out
            epoch bigint NOT NULL,          -- of the writer that opened the document last
            policy smallint NOT NULL,
            kind text NOT NULL,
            title text NOT NULL
        ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
        -- The list of documents, newest change first; within a minute they are sorted when read.
        CREATE INDEX documents_by_change ON documents (modified_minute);

        -- Wide columns last and by falling alignment: no padding.
        CREATE TABLE operations (
            document bigint NOT NULL,
            revision bigint NOT NULL,
            sequence bigint NOT NULL,
            hash bigint NOT NULL,           -- of what was submitted, 64 bits
            checksum integer NOT NULL,      -- CRC-32C, see LogChecksum
            session text COLLATE "C" NOT NULL,
            encoded bytea NOT NULL,
            PRIMARY KEY (document, revision)
        );
        -- An operation is applied once; and where it is, for a session that asks again.
        CREATE UNIQUE INDEX operations_by_session ON operations (document, session, sequence);

        -- Of the trimmed operations, the newest of each session.
        CREATE TABLE sessions (
            document bigint NOT NULL,
            sequence bigint NOT NULL,
            revision bigint NOT NULL,
            hash bigint NOT NULL,
            session text COLLATE "C" NOT NULL,
            PRIMARY KEY (document, session)
        );

        CREATE TABLE snapshots (
            document bigint NOT NULL,
            revision bigint NOT NULL,
            at bigint NOT NULL,             -- milliseconds since 1970, UTC
            length bigint NOT NULL,         -- of the content, in bytes
            hash bigint NOT NULL,           -- the content's own, 32 bits
            checksum integer NOT NULL,
            content bytea NOT NULL,
            PRIMARY KEY (document, revision)
        );
        """,
        """
        -- What happened, over all documents, in the order of commits.
        CREATE TABLE activity (
            position bigint PRIMARY KEY,
            at bigint NOT NULL,             -- milliseconds since 1970, UTC
            revision bigint NOT NULL,
            id uuid NOT NULL UNIQUE,        -- an event is appended once
            kind smallint NOT NULL,         -- ActivityKind
            document text COLLATE "C" NOT NULL, -- need not be one of those above
            session text,
            author text,
            detail bytea                    -- JSON
        );
        CREATE INDEX activity_by_document ON activity (document, position);

        -- The newest position that was ever given: one row, whose lock puts appends in line. It changes with each, so its page is kept mostly free.
        CREATE TABLE activity_head (one boolean PRIMARY KEY CHECK (one), position bigint NOT NULL) WITH (fillfactor = 10);
        INSERT INTO activity_head VALUES (true, 0);

        CREATE TABLE activity_cursors (
            consumer text COLLATE "C" PRIMARY KEY,
            position bigint NOT NULL,       -- up to here everything is handled
            note text
        ) WITH (fillfactor = 50);

        -- Events whole, for they outlive their place in the activity.
        CREATE TABLE activity_dead_letters (
            consumer text COLLATE "C" NOT NULL,
            position bigint NOT NULL,
            at bigint NOT NULL,
            revision bigint NOT NULL,
            failed_at bigint NOT NULL,
            id uuid NOT NULL,
            attempts integer NOT NULL,
            kind smallint NOT NULL,
            document text COLLATE "C" NOT NULL,
            session text,
            author text,
            detail bytea,
            failure text NOT NULL,
            PRIMARY KEY (consumer, position)
        );
        """,
    ];

    // Longer than any statement of the running system: another silo may be at a step that writes every row anew.
    private const int StepSeconds = 600;

    public static int Version => Migrations.Length;

    /// <summary>Brings the schema to <see cref="Version"/>. Of several programs that start at once one does each step, and the others wait for it.</summary>
    /// <param name="connection">Of this call's own, closed after it.</param>
    /// <returns>The version that was found.</returns>
    /// <exception cref="LogUnavailableException">The schema is newer than this program.</exception>
    public static async Task<int> MigrateAsync(NpgsqlConnection connection, PostgresDatabase database)
    {
        var found = await FindAsync(connection, database);
        // A schema that is up to date needs no rights to change one.
        if (found == Version)
            return found;

        await RunAsync(connection, $"SET lock_timeout = '{StepSeconds}s'; SET statement_timeout = '{StepSeconds}s'");
        // Held until this connection ends, and taken before a step's transaction begins: what another program has made meanwhile is seen for sure only by
        // a new one (a lock of this kind does not make the server look at its catalog again). The schema's name keeps two logs in one database apart.
        await RunAsync(connection, $"SELECT pg_advisory_lock(hashtextextended('collab log schema {database.Schema}', 0))");
        for (var version = await FindAsync(connection, database); version < Version; version++)
        {
            await RunAsync(connection, "BEGIN");
            if (version == 0)
                await RunAsync(connection, Foundation(database.Schema));
            await RunAsync(connection, Migrations[version]);
            await RunAsync(connection, $"INSERT INTO schema_versions (version) VALUES ({version + 1}); COMMIT");
        }

        return found;
    }

    /// <exception cref="LogUnavailableException">The schema is not the one that this program reads.</exception>
    public static async Task ThrowUnlessCurrentAsync(NpgsqlConnection connection, PostgresDatabase database)
    {
        var found = await FindAsync(connection, database);
        if (found < Version)
        {
            throw new LogUnavailableException(
                $"{database.Name} has version {found} of schema {database.Schema}; this program reads version {Version}. Start the server once: it brings the schema up to date.",
                fault: LogFault.CannotOpen);
        }
    }

    // Asked for before making: where the schema was made for the program, it needs no right to make one.
    private static string Foundation(string schema) =>
        $"""
        DO $$ BEGIN
            IF to_regnamespace('"{schema}"') IS NULL THEN CREATE SCHEMA "{schema}"; END IF;
        END $$;
        CREATE TABLE schema_versions (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
        """;

    private static async Task<int> FindAsync(NpgsqlConnection connection, PostgresDatabase database)
    {
        if (await connection.ScalarAsync("SELECT to_regclass('schema_versions')::text", CancellationToken.None) is null)
            return 0;
        var found = (int)(await connection.ScalarAsync("SELECT coalesce(max(version), 0) FROM schema_versions", CancellationToken.None))!;
        if (found > Version)
        {
            throw new LogUnavailableException(
                $"{database.Name} has version {found} of schema {database.Schema}; this program knows versions up to {Version}. Start the newer program, or restore a backup.",
                fault: LogFault.CannotOpen);
        }

        return found;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.Command(sql);
        command.CommandTimeout = StepSeconds + 10;
        await command.ExecuteNonQueryAsync();
    }
}
