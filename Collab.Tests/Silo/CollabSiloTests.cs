using Collab.Silo;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Collab.Tests.Silo;

public sealed class CollabSiloTests
{
    [Theory]
    [InlineData("member")]
    [InlineData("client")]
    public void The_stand_in_refuses_to_cluster_and_says_why(string mode)
    {
        if (!Engine.IsStandIn)
            return;
        var refused = Assert.Throws<OrleansConfigurationException>(() => Builder(mode).AddCollabCluster());
        Assert.Contains($"Collab:Cluster:Mode is {mode}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("stand-in", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_silo_process_joins_a_cluster_unless_it_is_told_otherwise()
    {
        var refused = Assert.Throws<OrleansConfigurationException>(() => Builder(null).AddCollabSilo());
        Assert.Contains("Collab:Cluster:Mode is member", refused.Message, StringComparison.Ordinal);
        Builder("embedded").AddCollabSilo();
    }

    private static HostApplicationBuilder Builder(string? mode)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        if (mode is not null)
            builder.Configuration.AddInMemoryCollection([new("Collab:Cluster:Mode", mode)]);
        return builder;
    }
}
