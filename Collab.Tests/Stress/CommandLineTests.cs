using Collab.Stress;
using Collab.Stress.Scenarios;
using Collab.Tests.Documentation;

namespace Collab.Tests.Stress;

/// <summary>What options mean, alone and together, and the environment.</summary>
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

    [Fact]
    public void An_option_is_stronger_than_the_environment_and_that_than_the_scenario()
    {
        Assert.Equal((8, 30.0), Planned("typing", []));
        Assert.Equal((12, 90.0), Planned("typing", [("CONCURRENT_WORKERS", "12"), ("TEST_DURATION", "90")]));
        Assert.Equal((3, 5.0), Planned("typing -c 3 -d 5s", [("CONCURRENT_WORKERS", "12"), ("TEST_DURATION", "2m")]));
        Assert.Equal((10, 30.0), Planned("typing --documents 5 --clients-per-document 2", [("CONCURRENT_WORKERS", "12")]));
    }

    [Fact]
    public void Sizes_of_the_environment_are_those_of_inserts_pastes_and_bodies()
    {
        var typing = Plans("typing", [("BATCH_SIZE", "20"), ("BUFFER_SIZE", "10kb")]).Single();
        Assert.Equal((20, 0.02, 10240), (typing.InsertLength, typing.Pastes.Share, typing.Pastes.Length));
        Assert.Equal(new string('x', 100), Plans("basic --method POST --path /echo", [("BUFFER_SIZE", "100")]).Single().Call!.Body);
        Assert.Null(Plans("basic", [("BUFFER_SIZE", "100")]).Single().Call!.Body);
    }

    [Theory]
    [InlineData("typing", "CONCURRENT_WORKERS=many", "CONCURRENT_WORKERS of the environment is 'many'; it is 1–20000.")]
    [InlineData("typing", "TEST_DURATION=0", "TEST_DURATION of the environment is '0'; it is 1s to a day: 30, 30s, 5m, 1h or hh:mm:ss.")]
    [InlineData("typing", "BATCH_SIZE=0", "BATCH_SIZE of the environment is '0'; it is 1–500000.")]
    [InlineData("typing", "BUFFER_SIZE=1mb", "BUFFER_SIZE of the environment is '1mb'; it is 1–500000, or 10kb.")]
    [InlineData("typing --path /x", "", "--path has no meaning for typing.")]
    [InlineData("basic --documents 3", "", "--documents has no meaning for basic.")]
    [InlineData("basic --pause 3s", "", "--pause has no meaning for basic: it is between the scenarios of all.")]
    [InlineData("basic --header nonsense", "", "--header is 'nonsense'; it is 'NAME: VALUE'.")]
    [InlineData("trace -c 3", "", "--clients has no meaning for trace.")]
    [InlineData("trace", "CONCURRENT_WORKERS=5", "trace replays a file; which one says --trace FILE.")]
    [InlineData("auth", "", "auth asks what only a back end may: it needs --api-key, or COLLAB_API_KEY in the environment.")]
    public void What_can_not_be_is_refused_by_name(string arguments, string variable, string told)
    {
        (string, string)[] variables = variable.Length == 0 ? [] : [(variable.Split('=')[0], variable.Split('=')[1])];
        Assert.Equal(told, Assert.Throws<InvalidPlanException>(() => Plans(arguments, variables)).Message);
    }

    [Theory]
    [InlineData("-t ftp://x", "'ftp://x' is no address of a server")]
    [InlineData("--mix insert", "'insert' is no mix")]
    [InlineData("--paste many", "'many' is no share and size of pastes")]
    [InlineData("--path x", "'x' is no path: it begins with /.")]
    [InlineData("--method 1", "'1' is no method of HTTP")]
    [InlineData("--timeout 1ms", "'1ms' is no duration from 0.1s")]
    public void A_value_that_can_not_be_read_is_told(string arguments, string told) =>
        Assert.Contains(new StressOptions().Command().Parse(arguments).Errors, error => error.Message.StartsWith(told, StringComparison.Ordinal));

    [Fact]
    public void All_are_those_that_can_be_run_with_one_seed_and_what_is_given_goes_to_those_that_use_it()
    {
        var plans = Plans("all -d 10s --documents 3 --path /metrics", []);
        Assert.Equal(ScenarioCatalogue.All.Where(scenario => scenario.Name is not ("auth" or "trace")).Select(scenario => scenario.Name), plans.Select(plan => plan.Scenario.Name));
        Assert.Single(plans.Select(plan => plan.Seed).Distinct());
        Assert.All(plans, plan => Assert.Equal(TimeSpan.FromSeconds(10), plan.Duration));
        Assert.All(plans.Where(plan => plan.Documents > 0), plan => Assert.Equal(3, plan.Documents));
        Assert.All(plans.Where(plan => plan.Call is not null), plan => Assert.Equal("/metrics", plan.Call!.Path));
        Assert.Contains("auth", Plans("all --api-key k", []).Select(plan => plan.Scenario.Name));
    }

    private static (int Clients, double Seconds) Planned(string arguments, (string, string)[] variables)
    {
        var plan = Plans(arguments, variables).Single();
        return (plan.Clients, plan.Duration.TotalSeconds);
    }

    private static IReadOnlyList<StressPlan> Plans(string arguments, (string Name, string Value)[] variables)
    {
        var options = new StressOptions();
        return new StressPlans(options, options.Command().Parse(arguments), new StressEnvironment(name => variables.FirstOrDefault(variable => variable.Name == name).Value)).Make();
    }
}
