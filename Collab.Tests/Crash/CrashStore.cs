namespace Collab.Tests.Crash;

/// <summary>The store under a server that is killed, and how the server is told of it.</summary>
internal abstract class CrashStore : IAsyncDisposable
{
    /// <summary>As in the configuration: <c>sqlite</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Settings of the server.</summary>
    public abstract string[] Settings { get; }

    public static Task<CrashStore> StartAsync(string name) => name switch
    {
        "sqlite" => Task.FromResult<CrashStore>(new Sqlite()),
        _ => throw new ArgumentException($"There is no store {name}; there is sqlite.", nameof(name)),
    };

    public abstract ValueTask DisposeAsync();

    private sealed class Sqlite : CrashStore
    {
        public override string Name => "sqlite";

        // Its file is in the server's own folder.
        public override string[] Settings => [];

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
