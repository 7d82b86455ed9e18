using Collab.Tests.EndToEnd;
using Collab.Tests.Postgres;
using Npgsql;

namespace Collab.Tests.Monitoring;

/// <summary>A real postgres_exporter for one database.</summary>
internal sealed class ExporterProcess : IAsyncDisposable
{
    private readonly HostProcess _process = new();

    private ExporterProcess(Uri url) => Url = url;

    public Uri Url { get; }

    public static ExporterProcess Start(PostgresServer server, string database)
    {
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString(database));
        var exporter = new ExporterProcess(new Uri($"http://127.0.0.1:{OwnPort.Take()}/"));
        exporter._process.Launch(
            [MonitoringPrograms.PostgresExporter, $"--web.listen-address={exporter.Url.Authority}"],
            new Dictionary<string, string>
            {
                ["DATA_SOURCE_URI"] = $"127.0.0.1:{server.Port}/{database}?sslmode=disable",
                ["DATA_SOURCE_USER"] = connection.Username!,
                ["DATA_SOURCE_PASS"] = connection.Password!,
            });
        return exporter;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
