namespace Collab.Silo.Clustering;

/// <summary>
/// The tables behind Orleans' AdoNet providers (clustering, grain storage, reminders), which know no table but <c>OrleansQuery</c>: they read their SQL from it, by name. Names of queries and parameters and the
/// columns of the results are Orleans' contract (<c>DbStoredQueries</c>, <c>AdoNetGrainStorage</c>); tables and SQL are ours.
/// </summary>
/// <remarks>
/// Each query is one statement, hence one transaction, under <c>read committed</c>: of two that change one row the second waits, and then judges its condition by what the first has made. That is what the version
/// checks rest on. A query that answers whether it did something always has one row.
/// </remarks>
internal static class MembershipSchema
{
    /// <summary>See <see cref="Collab.Grains.Log.Postgres.PostgresMigrations"/>. A silo reads the queries at its start: a step that changes one has to leave a table that the old query can still use.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE TABLE orleansquery (
            querykey text PRIMARY KEY,
            querytext text NOT NULL
        );

        -- Every change of the list of members raises its version, and is refused when that is not the one which its author has read.
        CREATE TABLE clusters (
            cluster text COLLATE "C" PRIMARY KEY,
            version integer NOT NULL DEFAULT 0,
            changed_at timestamptz NOT NULL DEFAULT now()
        );

        -- A silo's life: the generation is when it began. i_am_alive is written all the time and is in no index, so that it stays a heap-only tuple.
        CREATE TABLE members (
            cluster text COLLATE "C" NOT NULL REFERENCES clusters ON DELETE CASCADE,
            address text COLLATE "C" NOT NULL,
            port integer NOT NULL,
            generation integer NOT NULL,
            proxy_port integer NOT NULL,    -- for clients; 0 when it takes none
            status integer NOT NULL,        -- 1 created, 2 joining, 3 active, 4 shutting down, 5 stopping, 6 dead
            started_at timestamptz NOT NULL,
            i_am_alive timestamptz NOT NULL,
            name text NOT NULL,
            host text NOT NULL,
            suspicions text,                -- who suspects it, and since when
            PRIMARY KEY (cluster, address, port, generation)
        ) WITH (fillfactor = 70);

        CREATE TABLE grain_states (
            service text COLLATE "C" NOT NULL,
            grain_type text COLLATE "C" NOT NULL,
            n0 bigint NOT NULL,
            n1 bigint NOT NULL,
            name text COLLATE "C" NOT NULL, -- '' for none
            version integer NOT NULL,
            changed_at timestamptz NOT NULL,
            state bytea,                    -- null: cleared
            PRIMARY KEY (service, grain_type, n0, n1, name)
        );

        -- From one sequence for all, so that who holds the version of a reminder that was removed can't remove a newer one of the same name.
        CREATE SEQUENCE reminder_versions AS integer CYCLE;
        CREATE TABLE reminders (
            service text COLLATE "C" NOT NULL,
            grain text COLLATE "C" NOT NULL,
            name text COLLATE "C" NOT NULL,
            hash integer NOT NULL,          -- of the grain; silos divide the ring of hashes among themselves
            version integer NOT NULL,
            period bigint NOT NULL,         -- in milliseconds
            start_at timestamptz NOT NULL,
            PRIMARY KEY (service, grain, name)
        );
        CREATE INDEX reminders_by_hash ON reminders (service, hash);

        """ + Write(
            MembershipQueries.All.Concat(GrainStateQueries.All).Concat(ReminderQueries.All)),
    ];

    private static string Write(IEnumerable<(string Key, string Text)> queries) => string.Concat(queries.Select(query =>
        $"INSERT INTO orleansquery (querykey, querytext) VALUES ('{query.Key}', $query${query.Text}$query$);\n"));
}
