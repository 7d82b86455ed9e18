using Npgsql;

namespace Collab.Grains.Log.Postgres;

/// <summary>The steps that bring some tables from nothing to their newest form. A table of their own says which of them a database has behind it.</summary>
/// <param name="subject">Whose tables: <c>log</c>. Of those that change the same subject in the same schema, one at a time does.</param>
/// <param name="database">Its name, for messages.</param>
/// <param name="schema">Which holds them, made when missing; the connections' <c>search_path</c>.</param>
/// <param name="versions">Name of the table that says how far a database is.</param>
/// <param name="steps">Applied in order, each in a transaction of its own. A released one is never edited: a change is a further step.</param>
internal sealed class PostgresMigrations(string subject, string database, string schema, string versions, IReadOnlyList<string> steps)
{
    /// <summary>
    /// The oldest program, by the number of steps that it knows, which may read and write beside this one: during an upgrade the older processes go on after the first new one has changed the tables, and one of them
    /// may have to start again. To be raised by a step that they can't live with, and then the upgrade is no rolling one: columns that are added have defaults, and what is dropped has not been used for a version.
    /// </summary>
    private const int OldestProgram = 1;

    // Longer than any statement of the running system: another silo may be at a step that writes every row anew.
    private const int StepSeconds = 600;

    /// <summary>Does the missing steps, unless a newer program has gone further and lets this one work on. Of several programs that start at once one does each step, and the others wait for it.</summary>
    /// <param name="connection">Of this call's own, closed after it.</param>
    /// <returns>The version that was found.</returns>
    /// <exception cref="NewerSchemaException">The tables are too new for this program.</exception>
    public async Task<int> RunAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var found = await FindAsync(connection, cancellation);
        // A schema that is up to date needs no rights to change one.
        if (found >= steps.Count)
            return found;

        await ExecuteAsync(connection, $"SET lock_timeout = '{StepSeconds}s'; SET statement_timeout = '{StepSeconds}s'", cancellation);
        // Held until this connection ends, and taken before a step's transaction begins: what another program has made meanwhile is seen for sure only by
        // a new one (a lock of this kind does not make the server look at its catalog again). The schema's name keeps two of them in one database apart.
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock(hashtextextended('collab {subject} schema {schema}', 0))", cancellation);
        for (var version = await FindAsync(connection, cancellation); version < steps.Count; version++)
        {
            await ExecuteAsync(connection, "BEGIN", cancellation);
            if (version == 0)
                await ExecuteAsync(connection, Foundation, cancellation);
            await ExecuteAsync(connection, steps[version], cancellation);
            await ExecuteAsync(connection, $"ALTER TABLE {versions} ADD COLUMN IF NOT EXISTS oldest_program integer", cancellation);
            await ExecuteAsync(connection, $"INSERT INTO {versions} (version, oldest_program) VALUES ({version + 1}, {OldestProgram}); COMMIT", cancellation);
        }

        return found;
    }

    /// <summary>How many steps the database has behind it.</summary>
    /// <exception cref="NewerSchemaException">More than this program knows, and whoever did them does not let it work on.</exception>
    public async Task<int> FindAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await connection.ScalarAsync($"SELECT to_regclass('{versions}')::text", cancellation) is null)
            return 0;
        // Where the column is not there yet, only programs that know every step may.
        string newest = $"SELECT ARRAY[version, coalesce((to_jsonb(newest) ->> 'oldest_program')::integer, version)] FROM {versions} AS newest ORDER BY version DESC LIMIT 1";
        if (await connection.ScalarAsync(newest, cancellation) is not int[] answer)
            return 0;
        var (found, oldestProgram) = (answer[0], answer[1]);
        return found <= steps.Count || oldestProgram <= steps.Count
            ? found
            : throw new NewerSchemaException(
                $"{database} has version {found} of schema {schema}; this program knows versions up to {steps.Count}. Start the newer program, or restore a backup.");
    }

    // Asked for before making: where the schema was made for the program, it needs no right to make one.
    private string Foundation =>
        $"""
        DO $$ BEGIN
            IF to_regnamespace('"{schema}"') IS NULL THEN CREATE SCHEMA "{schema}"; END IF;
        END $$;
        CREATE TABLE {versions} (version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
        """;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = connection.Command(sql);
        command.CommandTimeout = StepSeconds + 10;
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>The tables in the database have a form that only a newer program knows.</summary>
internal sealed class NewerSchemaException(string message) : Exception(message);
