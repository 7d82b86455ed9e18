using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;
using Collab.Stress.Server;

namespace Collab.Stress.Http;

/// <summary>Clients that make one plain request again and again.</summary>
internal sealed class HttpScenario(string name, string description, ScenarioDefaults defaults) : Scenario
{
    public static IReadOnlyList<HttpScenario> All { get; } =
    [
        new("basic", "does it answer", Health(clients: 10, TimeSpan.FromSeconds(30))),
        new("medium", "some load for a minute", Health(clients: 50, TimeSpan.FromMinutes(1))),
        new("heavy", "much load for two minutes", Health(clients: 100, TimeSpan.FromMinutes(2))),
        new("spike", "very many at once", Health(clients: 200, TimeSpan.FromSeconds(30))),
        new("sustained", "for longer: do memory and latency stay where they are", Health(clients: 50, TimeSpan.FromMinutes(5))),
        new(
            "ratelimit",
            "1000 requests of the API a second, over its limit: it refuses, and says when to come again",
            new ScenarioDefaults { Clients = 20, Duration = TimeSpan.FromMinutes(1), Rps = 1000, Timeout = Patience, Call = HttpCall.Get("/api/documents?limit=1") })
        {
            IsRefusalFine = true,
        },
        // Under the API's limit for one caller, 100 a second unless the server has another.
        new(
            "auth",
            "access tokens, 60 a second together; needs --api-key",
            new ScenarioDefaults
            {
                Clients = 30,
                Duration = TimeSpan.FromMinutes(1),
                Rps = 60,
                Timeout = Patience,
                Call = new HttpCall(HttpMethod.Post, "/api/tokens", """{"subject":"stress-auth","name":"Load test","documents":"stress-*","role":"editor"}"""),
            })
        {
            IsForBackEnds = true,
        },
    ];

    private bool IsForBackEnds { get; init; }

    private static TimeSpan Patience => TimeSpan.FromSeconds(10);

    public override string Name => name;

    public override string Description => description;

    public override ScenarioFamily Family => ScenarioFamily.Http;

    public override ScenarioDefaults Defaults => defaults;

    /// <summary>429 with <c>Retry-After</c> is an answer like another; without it, a failure.</summary>
    private bool IsRefusalFine { get; init; }

    public override bool NeedsApiKey => IsForBackEnds;

    public override IReadOnlyCollection<string> Options => ["--rps", "--ramp", "--method", "--path", "--body", "--header", "--keep-alive"];

    public override ILoad CreateLoad(StressPlan plan, StressServer server, Recorder recorder) => new HttpLoad(plan, server, recorder, IsRefusalFine);

    private static ScenarioDefaults Health(int clients, TimeSpan duration) => new() { Clients = clients, Duration = duration, Timeout = Patience, Call = HttpCall.Get("/health/live") };
}
