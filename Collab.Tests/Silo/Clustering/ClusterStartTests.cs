using System.Collections.Concurrent;
using Collab.Silo;
using Collab.Silo.Clustering;
using Collab.Tests.Postgres;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Collab.Tests.Silo.Clustering;

/// <summary>How a host makes the cluster's database ready, before anything else of it starts.</summary>
public sealed class ClusterStartTests : IAsyncLifetime
{
    private PostgresServer _server = null!;
    private string _database = "";

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.Shared;
        _database = await _server.CreateDatabaseAsync();
    }

    public Task DisposeAsync() => _server.DropDatabaseAsync(_database);

    [Fact]
    public async Task Of_many_hosts_that_start_at_once_one_makes_the_tables_and_the_first_key()
    {
        using var hosts = new Hosts();
        var started = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => hosts.StartAsync(Options()))));
        Assert.Equal(1L, await _server.ExecuteAsync("SELECT count(*) FROM orleans.data_protection_keys", _database));
        Assert.Equal((long)MembershipSchema.Steps.Count, await _server.ExecuteAsync("SELECT count(*) FROM orleans.schema_versions", _database));
        byte[] token = Protector(started[0]).Protect([1, 2, 3]);
        Assert.All(started, host => Assert.Equal([1, 2, 3], Protector(host).Unprotect(token)));
    }

    [Fact]
    public async Task A_later_host_opens_what_an_earlier_one_has_sealed()
    {
        byte[] token;
        using (var earlier = new Hosts())
            token = Protector(await earlier.StartAsync(Options())).Protect([1, 2, 3]);
        using var later = new Hosts();
        Assert.Equal([1, 2, 3], Protector(await later.StartAsync(Options())).Unprotect(token));
    }

    [Fact]
    public async Task A_start_waits_for_its_database_and_says_so()
    {
        await using var server = await PostgresServer.StartNewAsync();
        await server.StopAsync(PostgresStop.Fast);
        using var hosts = new Hosts();
        var starting = hosts.StartAsync(Options(server.ConnectionString()));
        await Eventually.IsTrue(() => hosts.Log.Contains($"Waiting for PostgreSQL database postgres at 127.0.0.1:{server.Port}", StringComparison.Ordinal), "it says that it waits");
        Assert.False(starting.IsCompleted);
        await server.StartAsync();
        await starting;
        Assert.DoesNotContain(new NpgsqlConnectionStringBuilder(server.ConnectionString()).Password!, hosts.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_gives_up_at_its_limit_and_names_it()
    {
        using var hosts = new Hosts();
        var options = Options($"Host=127.0.0.1;Port={OwnPort.Take()};Database=collab;Username=collab;Password=secret");
        options.StartTimeout = TimeSpan.Zero;
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => hosts.StartAsync(options));
        Assert.Contains("could not be reached within 0 s (Collab:Cluster:StartTimeout)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_lets_nobody_in_is_not_waited_for()
    {
        using var hosts = new Hosts();
        var settings = new NpgsqlConnectionStringBuilder(_server.ConnectionString(_database)) { Password = "wrong" };
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => hosts.StartAsync(Options(settings.ConnectionString)));
        Assert.Contains("refused: 28P01", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Collab:Cluster:ConnectionString", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Waiting", hosts.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_of_a_newer_program_are_left_alone()
    {
        using var hosts = new Hosts();
        await hosts.StartAsync(Options());
        await _server.ExecuteAsync("INSERT INTO orleans.schema_versions (version) VALUES (999)", _database);
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => hosts.StartAsync(Options()));
        Assert.Contains($"has version 999 of schema orleans; this program knows versions up to {MembershipSchema.Steps.Count}", failure.Message, StringComparison.Ordinal);
    }

    private static IDataProtector Protector(IHost host) => host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private ClusterOptions Options(string? connection = null) =>
        new() { Mode = ClusterMode.Member, ConnectionString = connection ?? _server.ConnectionString(_database) + ";Pooling=false" };

    /// <summary>Hosts with nothing but the cluster's database.</summary>
    private sealed class Hosts : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = [];
        private readonly ConcurrentQueue<IHost> _hosts = [];

        public string Log => string.Join('\n', _lines);

        public async Task<IHost> StartAsync(ClusterOptions options)
        {
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Logging.AddProvider(this);
            CollabSilo.AddKeys(builder.Services, options);
            var host = builder.Build();
            _hosts.Enqueue(host);
            await host.StartAsync();
            return host;
        }

        public void Dispose()
        {
            while (_hosts.TryDequeue(out var host))
                host.Dispose();
        }

        ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

        IDisposable? ILogger.BeginScope<TState>(TState state) => null;

        bool ILogger.IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception));
    }
}
