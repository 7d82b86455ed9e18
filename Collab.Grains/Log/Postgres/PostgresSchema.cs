using Npgsql;

namespace Collab.Grains.Log.Postgres;

/// <summary>The log's tables, and the way from each older form of them to the newest.</summary>
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
        """
        -- What documents say of subjects, before what these bring themselves. A document need not be one of those above.
        CREATE TABLE access_grants (
            role smallint NOT NULL,         -- Role
            document text COLLATE "C" NOT NULL,
            subject text COLLATE "C" NOT NULL,
            PRIMARY KEY (document, subject)
        );

        -- Credentials that are good no more: one, or all that a subject had.
        CREATE TABLE access_revocations (
            issued_before bigint NOT NULL,  -- milliseconds since 1970, UTC
            until bigint NOT NULL,          -- when the last of them has expired
            kind smallint NOT NULL,         -- 0 of a token's id, 1 of a subject
            name text COLLATE "C" NOT NULL,
            PRIMARY KEY (kind, name)
        );
        CREATE INDEX access_revocations_by_end ON access_revocations (until);
        """,
    ];

    public static int Version => Migrations.Length;

    /// <summary>Brings the schema to <see cref="Version"/>, unless a newer program has brought it further and lets this one work on. Of several programs that start at once one does each step, and the others wait for it.</summary>
    /// <param name="connection">Of this call's own, closed after it.</param>
    /// <returns>The version that was found.</returns>
    /// <exception cref="LogUnavailableException">The schema is too new for this program.</exception>
    public static async Task<int> MigrateAsync(NpgsqlConnection connection, PostgresDatabase database)
    {
        try
        {
            return await Of(database).RunAsync(connection, CancellationToken.None);
        }
        catch (NewerSchemaException newer)
        {
            throw new LogUnavailableException(newer.Message, fault: LogFault.CannotOpen);
        }
    }

    /// <exception cref="LogUnavailableException">The schema is not the one that this program reads.</exception>
    public static async Task ThrowUnlessCurrentAsync(NpgsqlConnection connection, PostgresDatabase database)
    {
        try
        {
            var found = await Of(database).FindAsync(connection, CancellationToken.None);
            if (found < Version)
            {
                throw new LogUnavailableException(
                    $"{database.Name} has version {found} of schema {database.Schema}; this program reads version {Version}. Start the server once: it brings the schema up to date.",
                    fault: LogFault.CannotOpen);
            }
        }
        catch (NewerSchemaException newer)
        {
            throw new LogUnavailableException(newer.Message, fault: LogFault.CannotOpen);
        }
    }

    private static PostgresMigrations Of(PostgresDatabase database) => new("log", database.Name, database.Schema, "schema_versions", Migrations);
}
