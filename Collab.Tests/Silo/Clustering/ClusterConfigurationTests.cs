using Collab.Grains.Log;
using Collab.Silo.Clustering;
using Microsoft.Extensions.Configuration;

namespace Collab.Tests.Silo.Clustering;

/// <summary>What a start refuses, in words that say what to set.</summary>
public sealed class ClusterConfigurationTests
{
    private const string Database = "Host=db;Database=collab;Username=collab;Password=secret";

    [Fact]
    public void A_member_and_a_client_with_a_database_are_right()
    {
        Assert.Empty(Check(new() { Mode = ClusterMode.Member, ConnectionString = Database }));
        Assert.Empty(Check(new() { Mode = ClusterMode.Client, ConnectionString = Database }, log: LogProvider.Sqlite));
        Assert.Empty(Check(new() { Mode = ClusterMode.Client, Provider = ClusterProvider.Localhost }, log: LogProvider.Sqlite));
        Assert.Empty(Check(new(), log: LogProvider.Memory));
    }

    [Theory]
    [InlineData(LogProvider.Sqlite)]
    [InlineData(LogProvider.Memory)]
    public void A_member_has_no_log_of_its_own(LogProvider log)
    {
        foreach (var provider in Enum.GetValues<ClusterProvider>())
        {
            string failure = Assert.Single(Check(new() { Mode = ClusterMode.Member, Provider = provider, ConnectionString = Database }, log));
            Assert.Contains($"Collab:Log:Provider is {log.ToString().ToLowerInvariant()}: each silo would keep a truth of its own. Set Collab:Log:Provider to postgresql", failure, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_silo_process_is_no_client()
    {
        string failure = Assert.Single(ClusterConfiguration.Check(new() { Mode = ClusterMode.Client, ConnectionString = Database }, LogProvider.PostgreSql, canBeClient: false));
        Assert.Contains("Collab:Cluster:Mode is client", failure, StringComparison.Ordinal);
        Assert.Contains("set member", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ClusterMode.Member)]
    [InlineData(ClusterMode.Client)]
    public void Without_a_database_nobody_finds_the_others(ClusterMode mode)
    {
        string failure = Assert.Single(Check(new() { Mode = mode }));
        Assert.Contains("Collab:Cluster:ConnectionString is empty, and so is Collab:Log:ConnectionString", failure, StringComparison.Ordinal);
        Assert.Contains("Collab__Cluster__ConnectionString", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_string_that_can_not_be_read_is_not_repeated()
    {
        string failure = Assert.Single(Check(new() { Mode = ClusterMode.Member, ConnectionString = "Host=db;Passwrd=secret" }));
        Assert.StartsWith("Collab:Cluster:ConnectionString can't be read", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("secret;", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("Passwrd", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_wrong_setting_is_named_with_its_value()
    {
        var failures = Check(new()
        {
            Mode = ClusterMode.Member,
            ConnectionString = Database,
            Schema = "Orleans",
            ClusterId = "",
            SiloPort = 30000,
            AdvertisedAddress = "no such host",
            ConnectionsLimit = 1,
            MissedProbesLimit = 0,
        }).ToList();
        Assert.Contains("Collab:Cluster:Schema is 'Orleans'; it must be 1–63 characters of a–z 0–9 _ and not begin with a digit.", failures);
        Assert.Contains("Collab:Cluster:ClusterId is ''; it must have 1–150 characters.", failures);
        Assert.Contains("Collab:Cluster:SiloPort and Collab:Cluster:GatewayPort are both 30000; they must differ.", failures);
        Assert.Contains("Collab:Cluster:ConnectionsLimit is 1; it must be 2–64.", failures);
        Assert.Contains("Collab:Cluster:MissedProbesLimit is 0; it must be 1–20.", failures);
        Assert.Contains(failures, failure => failure.StartsWith("Collab:Cluster:AdvertisedAddress is 'no such host', which is neither an address nor a name", StringComparison.Ordinal));
        Assert.Equal(6, failures.Count);
    }

    [Theory]
    [InlineData("Mode", "cluster", "it must be embedded, member or client")]
    [InlineData("Provider", "redis", "it must be postgresql or localhost")]
    public void A_word_that_is_none_is_answered_with_those_that_are(string setting, string value, string expected)
    {
        var refused = Assert.Throws<OrleansConfigurationException>(() => Read(($"Collab:Cluster:{setting}", value)));
        Assert.Equal($"Collab:Cluster:{setting} is '{value}'; {expected}.", refused.Message);
    }

    [Fact]
    public void The_cluster_is_in_the_logs_database_unless_it_is_told_otherwise()
    {
        Assert.Equal(Database, Read(("Collab:Log:ConnectionString", Database)).ConnectionString);
        Assert.Equal("Host=other", Read(("Collab:Log:ConnectionString", Database), ("Collab:Cluster:ConnectionString", "Host=other")).ConnectionString);
    }

    [Fact]
    public void A_connection_looks_into_the_clusters_schema_alone()
    {
        var database = new ClusterDatabase(new() { ConnectionString = "Host=a,b;Port=1;Database=collab;Username=u;Password=secret;Options=-c work_mem=8MB;Application Name=mine" });
        var settings = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString);
        Assert.Equal(("orleans", 8, "mine"), (settings.SearchPath, settings.MaxPoolSize, settings.ApplicationName));
        Assert.StartsWith("-c work_mem=8MB -c default_transaction_isolation=", settings.Options, StringComparison.Ordinal);
        Assert.Equal("PostgreSQL database collab at a,b", database.Name);
    }

    private static IEnumerable<string> Check(ClusterOptions options, LogProvider log = LogProvider.PostgreSql) => ClusterConfiguration.Check(options, log, canBeClient: true);

    private static ClusterOptions Read(params (string Key, string Value)[] settings) => ClusterConfiguration.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build(), ClusterMode.Embedded, canBeClient: true);
}
