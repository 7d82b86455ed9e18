using Collab.Stress;
using Collab.Stress.Scenarios;
using Collab.Tests.Documentation;

namespace Collab.Tests.Stress;

/// <summary>What options mean together.</summary>
public sealed class CommandLineTests
{
    private static readonly ScenarioDefaults Defaults = new() { Clients = 8, Documents = 2 };

    [Theory]
    [InlineData(null, null, null, 8, 2)]
    [InlineData(10, null, null, 10, 2)]
    [InlineData(1, null, null, 1, 1)]
    [InlineData(null, 5, null, 20, 5)]
    [InlineData(null, null, 3, 6, 2)]
    [InlineData(null, 5, 3, 15, 5)]
    [InlineData(12, null, 3, 12, 4)]
    [InlineData(12, 4, 3, 12, 4)]
    [InlineData(7, 3, null, 7, 3)]
    public void Clients_are_documents_times_clients_per_document(int? clients, int? documents, int? perDocument, int clientsThen, int documentsThen) =>
        Assert.Equal((clientsThen, documentsThen), Crowd.Of(Defaults, clients, documents, perDocument));

    [Theory]
    [InlineData(13, null, 3)]
    [InlineData(12, 5, 3)]
    [InlineData(2, 3, null)]
    [InlineData(null, 10_000, 3)]
    public void What_does_not_fit_is_refused(int? clients, int? documents, int? perDocument) =>
        Assert.Throws<InvalidPlanException>(() => Crowd.Of(Defaults, clients, documents, perDocument));

    [Fact]
    public void Keys_and_tokens_are_not_in_the_command_of_a_report() =>
        Assert.Equal("collab-stress typing --api-key *** -d 5s --token ***", CommandLine.WithoutSecrets(["typing", "--api-key", "k-1", "-d", "5s", "--token", "t-1"]));

    [Fact]
    public void The_metrics_name_every_scenario() =>
        Assert.All(ScenarioCatalogue.All, scenario => Assert.Contains(scenario.Name, DocumentedMetric.All.Single(metric => metric.Name == "collab_stress_rps").ValuesOf("scenario")));
}
