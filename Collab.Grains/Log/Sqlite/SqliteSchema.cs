using Microsoft.Data.Sqlite;

namespace Collab.Grains.Log.Sqlite;

/// <summary>The tables, and the way from each older form of them to the newest. SQLite's <c>user_version</c> says how many steps a file has behind it.</summary>
internal static class SqliteSchema
{
    /// <summary>Applied in order, each in a transaction of its own. A released step is never edited: a change is a further step.</summary>
    private static readonly string[] Migrations =
    [
        """
        -- Documents have a small number inside the file, so that the millions of rows below don't repeat a name of up to 128 bytes.
        CREATE TABLE documents (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            policy INTEGER NOT NULL,
            title TEXT NOT NULL,
            created_at INTEGER NOT NULL,   -- milliseconds since 1970, UTC
            modified_at INTEGER NOT NULL,
            revision INTEGER NOT NULL,     -- of the newest operation
            epoch INTEGER NOT NULL         -- of the writer that opened the document last
        );
        -- The list of documents, newest change first.
        CREATE INDEX documents_by_change ON documents (modified_at, key);

        -- WITHOUT ROWID: the rows lie in the order in which they are read, one document's operations side by side, and no second tree
        -- leads to them. It pays for small rows (an operation is some 150 bytes); long ones spill to overflow pages.
        CREATE TABLE operations (
            document INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            session TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            hash INTEGER NOT NULL,         -- of what was submitted, 64 bits
            encoded BLOB NOT NULL,
            PRIMARY KEY (document, revision)
        ) WITHOUT ROWID;
        -- An operation is applied once; and where it is, for a session that asks again.
        CREATE UNIQUE INDEX operations_by_session ON operations (document, session, sequence);

        -- With a rowid: contents are large, and in a tree without rowids long rows would push the keys apart.
        CREATE TABLE snapshots (
            document INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            hash INTEGER NOT NULL,
            content BLOB NOT NULL,
            UNIQUE (document, revision)
        );
        """,
        """
        -- Retention: the oldest revision that can be read from. What lies before may still be on its way out.
        ALTER TABLE documents ADD COLUMN start INTEGER NOT NULL DEFAULT 0;
        -- Of the trimmed operations, the newest of each session.
        CREATE TABLE sessions (
            document INTEGER NOT NULL,
            session TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            hash INTEGER NOT NULL,
            PRIMARY KEY (document, session)
        ) WITHOUT ROWID;
        -- CRC-32C, see LogChecksum; null in rows from before this step, which are taken as they are: to compute them would write every row anew.
        ALTER TABLE operations ADD COLUMN checksum INTEGER;
        ALTER TABLE snapshots ADD COLUMN checksum INTEGER;
        ALTER TABLE snapshots ADD COLUMN length INTEGER;
        ALTER TABLE snapshots ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
        """,
        """
        -- What happened, over all documents. AUTOINCREMENT: a position is never given again, not even when its event was trimmed.
        CREATE TABLE activity (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            id BLOB NOT NULL UNIQUE,       -- a UUID's 16 bytes; an event is appended once
            document TEXT NOT NULL,        -- need not be one of those above
            kind INTEGER NOT NULL,         -- ActivityKind
            at INTEGER NOT NULL,           -- milliseconds since 1970, UTC
            revision INTEGER NOT NULL,
            session TEXT,
            author TEXT,
            detail BLOB                    -- JSON
        );
        CREATE INDEX activity_by_document ON activity (document, position);

        CREATE TABLE activity_cursors (
            consumer TEXT NOT NULL PRIMARY KEY,
            position INTEGER NOT NULL,     -- up to here everything is handled
            note TEXT
        ) WITHOUT ROWID;

        -- Events whole, for they outlive their place in the activity.
        CREATE TABLE activity_dead_letters (
            consumer TEXT NOT NULL,
            position INTEGER NOT NULL,
            id BLOB NOT NULL,
            document TEXT NOT NULL,
            kind INTEGER NOT NULL,
            at INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            session TEXT,
            author TEXT,
            detail BLOB,
            attempts INTEGER NOT NULL,
            failure TEXT NOT NULL,
            failed_at INTEGER NOT NULL,
            PRIMARY KEY (consumer, position)
        ) WITHOUT ROWID;
        """,
        """
        -- What documents say of subjects, before what these bring themselves. A document need not be one of those above.
        CREATE TABLE access_grants (
            document TEXT NOT NULL,
            subject TEXT NOT NULL,
            role INTEGER NOT NULL,         -- Role
            PRIMARY KEY (document, subject)
        ) WITHOUT ROWID;

        -- Credentials that are good no more: one, or all that a subject had.
        CREATE TABLE access_revocations (
            kind INTEGER NOT NULL,         -- 0 of a token's id, 1 of a subject
            name TEXT NOT NULL,
            issued_before INTEGER NOT NULL, -- milliseconds since 1970, UTC
            until INTEGER NOT NULL,        -- when the last of them has expired
            PRIMARY KEY (kind, name)
        ) WITHOUT ROWID;
        CREATE INDEX access_revocations_by_end ON access_revocations (until);
        """,
        """
        -- Where the tables end and the commit journal begins (one row). An older program would not know that there is one, and open without what is only there.
        CREATE TABLE commit_journal (
            generation INTEGER NOT NULL,   -- what the journal's frames must say to count
            applied INTEGER NOT NULL       -- the number of the newest commit that the tables have
        );
        INSERT INTO commit_journal VALUES (random(), 0);
        """,
        """
        -- Consecutive operations of a document in one row: see StretchWriter. WITHOUT ROWID: a document's lie side by side, in the order in which they are read.
        CREATE TABLE stretches (
            document INTEGER NOT NULL,
            last INTEGER NOT NULL,         -- the revision of the last of them
            first INTEGER NOT NULL,
            operations BLOB NOT NULL,
            PRIMARY KEY (document, last)
        ) WITHOUT ROWID;
        -- Of each session, the newest operation in each stretch, and the newest of what was trimmed.
        CREATE TABLE sequences (
            document INTEGER NOT NULL,
            session TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            hash INTEGER NOT NULL,
            PRIMARY KEY (document, session, sequence)
        ) WITHOUT ROWID;
        INSERT INTO sequences SELECT document, session, sequence, revision, hash FROM sessions;
        DROP TABLE sessions;
        """,
    ];

    /// <summary>The step that gathers operations into stretches, which no SQL does.</summary>
    private const int StretchesVersion = 6;

    public static int Version => Migrations.Length;

    /// <summary>Brings the file to <see cref="Version"/>. A crash in between leaves it at a step, and the next start goes on from there.</summary>
    /// <exception cref="LogUnavailableException">The file is newer than this program.</exception>
    public static void Migrate(SqliteConnection connection, string path) => MigrateTo(connection, path, Version);

    /// <summary>Brings the file to a version on the way.</summary>
    public static void MigrateTo(SqliteConnection connection, string path, int wanted)
    {
        var found = Found(connection);
        if (found > Version)
        {
            throw new LogUnavailableException(
                $"{path} has schema version {found}; this program knows versions up to {Version}. Start the newer program, or restore a backup.",
                fault: LogFault.CannotOpen);
        }

        for (var version = found; version < wanted; version++)
        {
            using var transaction = connection.BeginTransaction();
            Execute(connection, Migrations[version], transaction);
            if (version + 1 == StretchesVersion)
                StretchMigration.Run(connection, transaction);
            Execute(connection, $"PRAGMA user_version = {version + 1}", transaction);
            transaction.Commit();
        }
    }

    /// <exception cref="LogUnavailableException">The file has another version than this program writes.</exception>
    public static void ThrowUnlessCurrent(SqliteConnection connection, string path)
    {
        if (Found(connection) is var found && found != Version)
        {
            throw new LogUnavailableException(
                $"{path} has schema version {found}; this program reads version {Version}. {(found < Version ? "Start the server on it once, which brings it up." : "Use the newer program.")}",
                fault: LogFault.CannotOpen);
        }
    }

    /// <summary>The version of the file; 0 of a new one.</summary>
    public static int Found(SqliteConnection connection) =>
        Convert.ToInt32(Scalar(connection, "PRAGMA user_version"), System.Globalization.CultureInfo.InvariantCulture);

    public static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
