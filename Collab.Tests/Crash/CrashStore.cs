using Collab.Tests.Postgres;

namespace Collab.Tests.Crash;

/// <summary>The store under a server that is killed, and how the server is told of it.</summary>
internal abstract class CrashStore : IAsyncDisposable
{
    public static IReadOnlyList<string> Names { get; } = ["sqlite", "postgresql"];

    /// <summary>As in the configuration: <c>sqlite</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Settings of the server.</summary>
    public abstract string[] Settings { get; }

    public static async Task<CrashStore> StartAsync(string name)
    {
        if (name == "sqlite")
            return new Sqlite();
        if (name != "postgresql")
            throw new ArgumentException($"There is no store {name}; there are {string.Join(", ", Names)}.", nameof(name));
        var server = await PostgresServer.StartNewAsync();
        return new PostgreSql(server, await server.CreateDatabaseAsync());
    }

    public abstract ValueTask DisposeAsync();

    private sealed class Sqlite : CrashStore
    {
        public override string Name => "sqlite";

        // Its file is in the server's own folder.
        public override string[] Settings => [];

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class PostgreSql(PostgresServer server, string database) : CrashStore
    {
        public override string Name => "postgresql";

        public override string[] Settings => ["Collab:Log:Provider=postgresql", $"Collab:Log:ConnectionString={server.ConnectionString(database)}"];

        public override ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
