using Collab.Silo;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Collab.Tests.Silo;

public sealed class CollabSiloTests
{
    [Theory]
    [InlineData("member")]
    [InlineData("client")]
    public void Asking_for_a_cluster_that_this_build_cannot_join_stops_the_start_and_says_why(string mode)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("Collab:Cluster:Mode", mode)]);
        var refused = Assert.Throws<OrleansConfigurationException>(() => builder.AddCollabSilo());
        Assert.Contains($"Collab:Cluster:Mode is {mode}", refused.Message, StringComparison.Ordinal);
        Assert.Contains(Engine.IsStandIn ? "stand-in" : "embedded only", refused.Message, StringComparison.Ordinal);
    }
}
