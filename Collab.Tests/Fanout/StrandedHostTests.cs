using Collab.Silo.Clustering;
using Collab.Web.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Collab.Tests.Fanout;

/// <summary>A web host that has lost every silo does not keep its clients: another may still reach the cluster.</summary>
public sealed class StrandedHostTests
{
    [Fact]
    public async Task Its_clients_are_sent_elsewhere_and_let_in_again_when_it_has_found_a_silo()
    {
        var cluster = new ClusterConnection(new ClusterOptions(), NullLogger<ClusterConnection>.Instance);
        cluster.NotifyGatewayCountChanged(1, 0, false);
        await using var hosts = await TwoHosts.StartAsync(
            new Dictionary<string, string?> { ["Collab:Delivery:StrandedAfter"] = "00:00:00.100", ["Collab:Delivery:DrainPeriod"] = "00:00:00" },
            second: services => services.AddSingleton(cluster));
        string document = await hosts.First.CreateAsync();
        await using var ann = await hosts.Second.ConnectAsync();
        var joined = await ann.JoinAsync(document);
        await ann.SubmitAsync(document, 1, 0, "a");
        await ann.OperationsAsync(0, 1);

        cluster.NotifyClusterConnectionLost();
        var closed = await ann.NextAsync("closed");
        Assert.Equal(("server_shutdown", "resync"), (closed.GetProperty("reason").GetString(), closed.GetProperty("action").GetString()));
        await ann.SendAsync("join", new { document, version = 1 });
        var refused = await ann.NextAsync("refused");
        Assert.Equal(("server_shutdown", "retry"), (refused.GetProperty("reason").GetString(), refused.GetProperty("action").GetString()));

        await using var elsewhere = await hosts.First.ConnectAsync();
        var resume = new { session = joined.GetProperty("session").GetString(), token = joined.GetProperty("token").GetString() };
        var resumed = await elsewhere.JoinAsync(document, resume: resume, revision: 1);
        Assert.Equal(1, resumed.GetProperty("applied").GetProperty("sequence").GetInt64());

        cluster.NotifyGatewayCountChanged(1, 0, true);
        var local = hosts.Second.Services.GetRequiredService<LocalConnections>();
        await Eventually.IsTrue(() => !local.IsStranded);
        await using var bob = await hosts.Second.ConnectAsync();
        await bob.JoinAsync(document, "Bob");
    }
}
