using System.Collections.Concurrent;
using Collab.Tests.EndToEnd;
using Collab.Tests.Fanout;
using Collab.Tests.Monitoring.Catalogue.Scenarios;
using Collab.Tests.Postgres;
using Collab.Tests.Tracing;
using Collab.Tests.Web;
using Collab.Tests.Web.Security;
using Collab.Tests.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Monitoring.Catalogue;

/// <summary>
/// All that happens, once for all tests of the catalogue: real servers, each on a store of its own, real clients and a real Prometheus that scrapes the whole time. Servers run side by side; on each of them one scenario comes after the other.
/// </summary>
public sealed class CatalogueTraffic : IAsyncLifetime
{
    private const int Attempts = 4;
    private const int Window = 16;
    private const int ActiveDocuments = 5;
    private const int DocumentsPerConnection = 2;

    private readonly string _key = Credentials.NewKey();
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly ConcurrentQueue<Outcome> _outcomes = new();
    private readonly ConcurrentQueue<string> _told = new();
    private readonly ConcurrentQueue<(Stage Stage, MetricsPage Page)> _pages = new();

    /// <summary>Which scenario took how long, and how it failed.</summary>
    internal IReadOnlyCollection<string> Told => _told;

    /// <summary>What became of each move of each scenario.</summary>
    internal IReadOnlyCollection<Outcome> Outcomes => _outcomes;

    /// <summary>What processes of servers and of the load tool have shown, scrape by scrape, by name.</summary>
    internal ILookup<string, MetricFamily> Families { get; private set; } = null!;

    /// <summary>The last scrape of each process.</summary>
    internal IEnumerable<MetricsPage> LastPages => _pages.GroupBy(page => page.Stage).Select(pages => pages.Last().Page);

    /// <summary>Which example queries had an answer when.</summary>
    internal ExampleQueries Queries { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var postgres = Own(await PostgresServer.StartNewAsync());
        var receiver = Own(await Receiver.StartAsync());
        string[] onPostgres = ["Collab:Log:Provider=postgresql", $"Collab:Log:ConnectionString={postgres.ConnectionString(await postgres.CreateDatabaseAsync())}"];
        var (tap, wire) = (new PushTap(), new HostDoesNotAnswer.Wire());
        var spans = Own(await OtlpReceiver.StartAsync());
        var main = Own(Main(onPostgres, receiver, spans));
        var strict = Own(Strict());
        var small = Own(Small());
        await Task.WhenAll(main.Server.StartAgainAsync(), strict.Server.StartAgainAsync(), small.Server.StartAgainAsync());
        var inProcess = Own(await InProcessAsync(tap, wire));
        var stress = Own(StressStage.Start(inProcess.Url));
        Stage[] stages = [main, strict, small, inProcess, stress];
        var prometheus = Own(await PrometheusServer.StartAsync(
            $$"""
            global: { scrape_interval: 1s, scrape_timeout: 1s }
            scrape_configs:
              - job_name: collab-web
                static_configs: [{ targets: [{{string.Join(", ", stages.Select(stage => $"'{stage.Metrics.Authority}'"))}}], labels: { service: web } }]
            """));
        Queries = Own(new ExampleQueries(prometheus));

        await Task.WhenAll(
            PlayAsync(
                main, new PeopleWriteTogether(), new RequestsAreMade(), new QualityIsReported(), new EditsConflict(), new SubmissionsAreRefused(), new ReplicaDiverges(), new SessionsEnd(),
                new SomebodyComesBack(Path.Combine(main.Server.Folder, "keys")), new RoleIsTakenAway(_key), new TokensEnd(_key), new HandshakesFail(_key), new OperatorLooks(Credentials.OperatorKey),
                new ReceiverOfWebhooksIsSick(receiver), new DocumentIsHot(), new ProcessIsBusy(), new ReaderIsSlow(), new SecondWriterTakesOver(onPostgres), new DatabaseHangs(postgres, Window), new DatabaseIsAway(postgres)),
            PlayAsync(strict, new NobodyIsKnown(), new LimitsAreReached(DocumentsPerConnection), new HostStops(strict.Server)),
            PlayAsync(
                small, new HostIsQuiet(), new HistoryIsGivenUp(), new MoreDocumentsThanFit(ActiveDocuments), new FileIsLocked(small.Server), new SnapshotIsDamaged(small.Server, "Collab:Sessions:IdleTimeout=00:00:02"), new PersonIsIdle()),
            PlayAsync(inProcess, new PushesOvertakeEachOther(tap), new HostDoesNotAnswer(wire)),
            PlayAsync(stress, new LoadIsMade()));
        Families = _pages.SelectMany(page => page.Page.Families).ToLookup(family => family.Name);
        await Queries.WhenAnsweredAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var owned in _owned.AsEnumerable().Reverse())
            await owned.DisposeAsync();
    }

    private ServerStage Main(string[] onPostgres, Receiver receiver, OtlpReceiver spans)
    {
        int nobody = OwnPort.Take();
        return new ServerStage("main", new ServerProcess(
        [
            .. ServerProcess.WithoutRates, .. onPostgres, .. Keys(),
            $"Collab:Documents:WindowOperationsLimit={Window}", "Collab:Documents:HotOperationsPerSecond=1", "Collab:Documents:DocumentLengthLimit=300000",
            "Collab:Limits:ConnectionsPerUser=2", "Collab:Sessions:Grace=00:00:01", "Collab:Activity:ConflictBurstCount=2", "Collab:Activity:ConflictBurstWindow=00:00:01",
            $"Collab:Delivery:OutboxBytesLimit={64 << 10}", $"Collab:Delivery:RecentBytesLimit={64 << 10}",
            .. Webhook("hook", receiver.Url), .. Webhook("nobody", $"http://127.0.0.1:{nobody}"), "Collab:Webhooks:nobody:GiveUpAfter=00:00:00",
            $"Collab:Traces:Endpoint={spans.Grpc}", "Collab:Traces:SampleRatio=1", "Collab:Resilience:webhook:RetryDelay=00:00:00.010", "Collab:Resilience:webhook:RetryDelayLimit=00:00:00.050", "Collab:Resilience:webhook:BreakDuration=00:00:00.500",
        ]));
    }

    private ServerStage Strict()
    {
        int operations = OwnPort.Take();
        var server = new ServerProcess(
        [
            .. Keys(), "Collab:Sessions:Grace=00:00:01", "Collab:Access:Anonymous=none", "Collab:Access:AuthenticationTimeout=00:00:01", $"Collab:Operations:Port={operations}", "Collab:Operations:Address=127.0.0.1",
            $"Collab:Limits:MessageBytes={16 << 10}", $"Collab:Limits:DocumentsPerConnection={DocumentsPerConnection}", "Collab:Limits:PresenceStateBytes=256", "Collab:Limits:PresenceStateDepth=3",
            "Collab:Limits:PresenceInterval=00:00:10", "Collab:Limits:OperationsPerSecond=1", "Collab:Limits:RequestsPerSecond=1", "Collab:Documents:OperationComponentsLimit=16", "Collab:Documents:SessionsLimit=1", "Collab:Delivery:DrainPeriod=00:01:00",
        ]);
        return new ServerStage("strict", server, new Uri($"http://127.0.0.1:{operations}"), _key);
    }

    private static ServerStage Small() => new("small", new ServerProcess(
    [
        .. ServerProcess.WithoutRates, "Collab:Sessions:Grace=00:00:01", "Collab:Documents:SnapshotOperations=10", "Collab:Documents:RetainOperations=20", $"Collab:Documents:WindowOperationsLimit={Window}",
        $"Collab:Documents:ActiveDocumentsLimit={ActiveDocuments}",
    ]));

    private static async Task<HostStage> InProcessAsync(PushTap tap, HostDoesNotAnswer.Wire wire)
    {
        var host = new WebHost(new Dictionary<string, string?>(), services => services.AddSingleton<IIncomingGrainCallFilter>(tap).AddSingleton<IIncomingGrainCallFilter>(wire));
        await host.StartAsync();
        return new HostStage(host);
    }

    private IEnumerable<string> Keys() =>
    [
        "Collab:Access:ApiKeys:0:Name=tests", $"Collab:Access:ApiKeys:0:Hash={Credentials.Hash(_key)}",
        $"Collab:Access:ApiKeys:1:Name={Credentials.OperatorName}", $"Collab:Access:ApiKeys:1:Hash={Credentials.Hash(Credentials.OperatorKey)}", "Collab:Access:ApiKeys:1:IsOperator=true",
    ];

    private static IEnumerable<string> Webhook(string name, string url) =>
        [$"Collab:Webhooks:{name}:Url={url}", $"Collab:Webhooks:{name}:Secret={Receiver.Secret}", $"Collab:Webhooks:{name}:RetryPauseLimit=00:00:00.050"];

    private async Task PlayAsync(Stage stage, params Scenario[] scenarios)
    {
        foreach (var scenario in scenarios)
        {
            var started = DateTime.UtcNow;
            string? failure = null;
            for (int attempt = 1; attempt <= Attempts; attempt++)
            {
                int before = stage.PutOff;
                failure = await HappenAsync(stage, scenario);
                if (scenario.PutsOff || stage.PutOff == before)
                    break;
                // Disturbed: what it moved is not what it was to move.
                await stage.ReleaseAsync();
            }

            if (failure is null)
                await SeeAsync(stage, scenario, scenario.Moves);
            await stage.ReleaseAsync();
            if (failure is null)
                await SeeAsync(stage, scenario, scenario.MovesAfterwards);
            else
                scenario.Moves.Concat(scenario.MovesAfterwards).ToList().ForEach(move => _outcomes.Enqueue(new Outcome(scenario, move, failure)));
            _told.Enqueue($"{stage.Name}, {scenario.GetType().Name}: {(DateTime.UtcNow - started).TotalSeconds:0.0} s{(failure is null ? "" : ", " + failure)}");
        }
    }

    private static async Task<string?> HappenAsync(Stage stage, Scenario scenario)
    {
        try
        {
            await stage.MarkAsync();
            await scenario.HappenAsync(stage);
            return null;
        }
        catch (Exception exception)
        {
            return $"On {stage.Name}, {scenario.GetType().Name} did not happen: {exception}";
        }
    }

    /// <summary>Waits until everything has moved as it was to; what has not in time is noted as a failure.</summary>
    private async Task SeeAsync(Stage stage, Scenario scenario, IEnumerable<Move> moves)
    {
        List<Move> missing = [.. moves];
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(60);
        MetricsPage? page = null;
        while (missing.Count > 0)
        {
            page = await stage.ScrapeAsync();
            foreach (var move in missing.Where(move => move.IsDone(stage.Before.Sum(move.Series), page.Sum(move.Series))).ToList())
            {
                missing.Remove(move);
                _outcomes.Enqueue(new Outcome(scenario, move, null));
            }

            if (DateTime.UtcNow > deadline)
                break;
            await Task.Delay(50);
        }

        foreach (var move in missing)
            _outcomes.Enqueue(new Outcome(scenario, move, $"On {stage.Name}, {scenario.GetType().Name}: {move} did not come; it was {stage.Before.Sum(move.Series)}, and is {page!.Sum(move.Series)}."));
        if (page is not null && stage is not HostStage)
            _pages.Enqueue((stage, page));
    }

    private T Own<T>(T owned)
        where T : IAsyncDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}

/// <summary>What became of a move.</summary>
/// <param name="Failure">Null: it came.</param>
internal sealed record Outcome(Scenario Scenario, Move Move, string? Failure);
