using System.Data;
using Collab.Silo.Clustering;
using Collab.Tests.Postgres;
using Npgsql;

namespace Collab.Tests.Silo.Clustering;

/// <summary>A database with the cluster's tables, asked as Orleans' providers ask: the query by its name out of <c>OrleansQuery</c>, parameters by name and with the types that they give them.</summary>
internal sealed class OrleansDatabase : IAsyncDisposable
{
    private readonly PostgresServer _server;
    private readonly string _name;
    private readonly ClusterDatabase _database;
    private readonly Dictionary<string, string> _queries = [];

    private OrleansDatabase(PostgresServer server, string name)
    {
        (_server, _name) = (server, name);
        _database = new ClusterDatabase(new ClusterOptions { ConnectionString = server.ConnectionString(name), ConnectionsLimit = 16 });
    }

    public static async Task<OrleansDatabase> MakeAsync()
    {
        var server = await PostgresServer.Shared;
        var database = new OrleansDatabase(server, await server.CreateDatabaseAsync());
        await using var connection = await database._database.OpenAsync(CancellationToken.None);
        await database._database.Tables.RunAsync(connection, CancellationToken.None);
        // As it stands in Orleans.
        await using var command = new NpgsqlCommand("SELECT QueryKey, QueryText FROM OrleansQuery", connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            database._queries.Add(reader.GetString(reader.GetOrdinal("QueryKey")), reader.GetString(reader.GetOrdinal("QueryText")));
        return database;
    }

    /// <summary>The query whose answer is a number, or nothing.</summary>
    public async Task<int> CountAsync(string key, params (string Name, object? Value)[] parameters) => (int)Assert.Single(Assert.Single(await ReadAsync(key, parameters))).Value;

    public async Task ExecuteAsync(string key, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await ConnectAsync();
        await RunAsync(connection, Query(key), parameters);
    }

    public async Task<List<Dictionary<string, object>>> ReadAsync(string key, params (string Name, object? Value)[] parameters)
    {
        await using var connection = await ConnectAsync();
        await using var command = Command(connection, Query(key), parameters);
        await using var reader = await command.ExecuteReaderAsync();
        List<Dictionary<string, object>> rows = [];
        while (await reader.ReadAsync())
        {
            // Orleans finds columns by names with capitals.
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, reader.GetValue, StringComparer.OrdinalIgnoreCase));
        }

        return rows;
    }

    public static async Task RunAsync(NpgsqlConnection connection, string query, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(connection, query, parameters);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public string Query(string key) => _queries[key];

    public async ValueTask DisposeAsync()
    {
        await using (var connection = await ConnectAsync())
            NpgsqlConnection.ClearPool(connection);
        await _server.DropDatabaseAsync(_name);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string query, (string Name, object? Value)[] parameters)
    {
        var command = new NpgsqlCommand(query, connection);
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value is Missing ? DBNull.Value : value ?? DBNull.Value;
            parameter.DbType = value switch
            {
                null or string => DbType.String,
                int or Missing => DbType.Int32,
                long => DbType.Int64,
                DateTime => DbType.DateTime,
                byte[] => DbType.Binary,
                _ => throw new ArgumentException($"{name} is of type {value.GetType()}."),
            };
            command.Parameters.Add(parameter);
        }

        return command;
    }

    /// <summary>A number that is null.</summary>
    public sealed class Missing
    {
        public static Missing Number { get; } = new();
    }
}
