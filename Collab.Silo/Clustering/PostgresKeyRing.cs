using System.Xml.Linq;
using Collab.Grains.Log.Postgres;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace Collab.Silo.Clustering;

/// <summary>The data-protection keys in the cluster's database, so that what one host has sealed (a resume token) every host can open.</summary>
/// <remarks>The framework reads them at start and then about once a day; it has no asynchronous way to ask. While the database is away it goes on with those that it has.</remarks>
internal sealed class PostgresKeyRing(ClusterDatabase database) : IXmlRepository
{
    /// <summary>See <see cref="Collab.Grains.Log.Postgres.PostgresMigrations"/>.</summary>
    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE TABLE data_protection_keys (
            key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            made_at timestamptz NOT NULL DEFAULT now(),
            xml text NOT NULL
        );
        """,
    ];

    /// <summary>Keeps every other process from making the first key, until the connection is closed.</summary>
    public static Task LockAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        connection.ScalarAsync("SELECT pg_advisory_lock(hashtextextended('collab key ring ' || current_schema(), 0))::text", cancellation);

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var connection = new NpgsqlConnection(database.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand("SELECT xml FROM data_protection_keys ORDER BY key", connection);
        using var rows = command.ExecuteReader();
        List<XElement> elements = [];
        while (rows.Read())
            elements.Add(XElement.Parse(rows.GetString(0)));
        return elements;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var connection = new NpgsqlConnection(database.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand("INSERT INTO data_protection_keys (name, xml) VALUES ($1, $2)", connection);
        command.Parameters.Add(new() { Value = friendlyName ?? "" });
        command.Parameters.Add(new() { Value = element.ToString(SaveOptions.DisableFormatting) });
        command.ExecuteNonQuery();
    }
}
