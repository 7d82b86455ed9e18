using System.CommandLine;
using System.CommandLine.Parsing;
using Collab.Stress.Editing.Edits;
using Collab.Stress.Scenarios;
using Collab.Stress.Traces;

namespace Collab.Stress;

/// <summary>Every option of the command line: its name, range and words, and how they become a plan.</summary>
internal sealed class StressOptions
{
    public Argument<string> Scenario { get; } = new("NAME")
    {
        Description = "The scenario.",
        DefaultValueFactory = _ => ScenarioCatalogue.All[0].Name,
    };

    public Option<Uri> Target { get; } = new("--target", "-t", "-target") { Description = "The server's root, a web host.", DefaultValueFactory = _ => new Uri("http://localhost:5080"), CustomParser = ParseTarget };

    public Option<int?> Clients { get; } = Count("--clients", "Clients, all together, each with connections of its own.", StressPlan.ClientsLimit, "-c");

    public Option<int?> Documents { get; } = Count("--documents", "Documents that are edited at once; clients are spread over them evenly.", StressPlan.DocumentsLimit);

    public Option<int?> ClientsPerDocument { get; } = Count("--clients-per-document", "Instead of --clients or --documents: the third follows from two.", StressPlan.ClientsLimit);

    public Option<TimeSpan?> Duration { get; } = Span("--duration", "How long clients are driven: 30s, 5m, 1h, or hh:mm:ss; at least 1s.", TimeSpan.FromSeconds(1), "-d");

    public Option<double?> Rps { get; } = Rate("--rps", "Operations per second of all clients together, over 0 and up to 1000000. They are due at that rate whether or not the server keeps up, and latency counts from when they were due.", "-rps");

    public Option<TimeSpan?> ThinkTime { get; } = Span("--think-time", "What a client waits from one operation to its next on average: 200ms. 0: the next begins when the one before has ended.", TimeSpan.Zero);

    public Option<EditMix?> Mix { get; } = new("--mix")
    {
        Description = "What people do, as weights: insert=70,delete=20,format=5,presence=5. With formats all documents are rich text, without every other is; presence is a caret that is shown.",
        CustomParser = ParseMix,
    };

    public Option<Pastes?> Paste { get; } = new("--paste") { Description = "How many of the inserts are pastes, and their code units: 2%:10kb. In a document over 256 kb a paste takes the place of as much.", CustomParser = ParsePastes };

    public Option<int?> InsertLength { get; } = Count("--insert-length", "Code units that an insert has, unless it is a paste, and a delete.", Pastes.LengthLimit);

    public Option<TimeSpan?> Ramp { get; } = Span("--ramp", "Over how long clients come.", TimeSpan.Zero);

    public Option<string?> Trace { get; } = new("--trace") { Description = "An editing trace to replay, seqtrace/1 or conctrace/1, plain or gzipped." };

    public Option<string> Speed { get; } = new("--speed") { Description = $"How fast: full (the next when the one before is acknowledged), recorded (pauses over {TraceFile.PauseLimit.TotalSeconds} s count as that), or so many times as fast as recorded, up to {TraceSpeed.Limit}.", DefaultValueFactory = _ => "full" };

    public Option<TimeSpan?> Timeout { get; } = Span("--timeout", "How long an answer is waited for, at least 100ms.", TimeSpan.FromMilliseconds(100), "-timeout");

    public Option<bool> Insecure { get; } = new("--insecure", "-insecure") { Description = "Takes any certificate of the server, for https with one of its own making. Default: it has to be trusted." };

    public Option<int?> Seed { get; } = new("--seed") { Description = "Of everything that is left to chance; the same seed does the same at the same times. Default: another one each time, which is told." };

    public Option<string?> Json { get; } = new("--json") { Description = "Writes the report to this file; - is standard output, and everything for people goes to standard error then." };

    public Option<string?> Html { get; } = new("--html") { Description = "Writes the report to this file as a page with charts, which needs nothing else and can be sent round." };

    public Option<bool> Quiet { get; } = new("--quiet") { Description = "Tells only the result." };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colours; nor are there any where NO_COLOR is set in the environment, or where nobody looks." };

    public Option<int?> MetricsPort { get; } = new("--metrics-port") { Description = "Shows the tool's own /metrics at this port while it runs, 1–65535. Default: none." };

    public Option<string> MetricsAddress { get; } = new("--metrics-address") { Description = "The address of that port; * for all of this machine's.", DefaultValueFactory = _ => "localhost" };

    public Option<TimeSpan?> Linger { get; } = Span("--linger", "How long /metrics stays after the end, so that the result is scraped too; Ctrl-C cuts it short. Default: 15s.", TimeSpan.Zero);

    public Option<string?> ApiKey { get; } = new("--api-key") { Description = "A back end's key: each client gets tokens of its own with it. Default: COLLAB_API_KEY of the environment, where others don't see it." };

    public Option<string?> Token { get; } = new("--token") { Description = "An access token that all clients use, good for the whole run. Default: COLLAB_TOKEN of the environment." };

    // What only some scenarios have a use for.
    private IEnumerable<Option> OfSome => [Documents, ClientsPerDocument, Rps, ThinkTime, Mix, Paste, InsertLength, Ramp, Trace, Speed];

    private IEnumerable<Option> All => [Target, Clients, Documents, ClientsPerDocument, Duration, Rps, ThinkTime, Mix, Paste, InsertLength, Ramp, Trace, Speed, Timeout, Insecure, Seed, Json, Html, Quiet, NoColor, MetricsPort, MetricsAddress, Linger, ApiKey, Token];

    public RootCommand Command()
    {
        var command = new RootCommand("Edits documents of a running server like many people at once, then checks that nothing that it acknowledged was lost, doubled or changed.") { Scenario };
        foreach (var option in All)
            command.Options.Add(option);
        Scenario.Description = string.Join(" ", ScenarioCatalogue.All.Select(scenario => $"{scenario.Name}: {scenario.Description}."));
        return command;
    }

    /// <exception cref="InvalidPlanException">Options contradict each other, or the scenario has no use for one.</exception>
    public StressPlan Plan(ParseResult arguments)
    {
        var scenario = ScenarioCatalogue.Find(arguments.GetValue(Scenario)!);
        foreach (var option in OfSome.Where(option => arguments.GetResult(option) is { Implicit: false }))
        {
            if (!scenario.Options.Contains(option.Name))
                throw new InvalidPlanException($"{option.Name} has no meaning for {scenario.Name}.");
        }

        var defaults = scenario.Defaults;
        var (clients, documents) = Crowd.Of(defaults, arguments.GetValue(Clients), arguments.GetValue(Documents), arguments.GetValue(ClientsPerDocument));
        var thinkTime = arguments.GetValue(ThinkTime);
        double? rps = arguments.GetValue(Rps);
        if (thinkTime is not null && rps is not null)
            throw new InvalidPlanException("--rps and --think-time both say how often; give one of them.");
        if (!TraceSpeed.TryParse(arguments.GetValue(Speed)!, out var speed))
            throw new InvalidPlanException($"--speed is {arguments.GetValue(Speed)}; it is full, recorded, or a number over 0 and up to {TraceSpeed.Limit}.");
        return scenario.Complete(new StressPlan
        {
            Target = arguments.GetValue(Target)!,
            Scenario = scenario,
            Clients = clients,
            Documents = documents,
            Duration = arguments.GetValue(Duration) ?? defaults.Duration,
            Rps = thinkTime is null ? rps ?? defaults.Rps : null,
            ThinkTime = thinkTime ?? defaults.ThinkTime,
            Mix = arguments.GetValue(Mix) ?? defaults.Mix,
            Pastes = arguments.GetValue(Paste) ?? defaults.Pastes,
            InsertLength = arguments.GetValue(InsertLength) ?? defaults.InsertLength,
            Ramp = arguments.GetValue(Ramp) ?? defaults.Ramp,
            Trace = arguments.GetValue(Trace) is { } file ? TraceFile.Read(file) : null,
            Speed = speed,
            Timeout = arguments.GetValue(Timeout) ?? defaults.Timeout,
            IsInsecure = arguments.GetValue(Insecure),
            Seed = arguments.GetValue(Seed) ?? Random.Shared.Next(),
            ApiKey = arguments.GetValue(ApiKey) ?? Environment.GetEnvironmentVariable("COLLAB_API_KEY"),
            Token = arguments.GetValue(Token) ?? Environment.GetEnvironmentVariable("COLLAB_TOKEN"),
        });
    }

    private static EditMix? ParseMix(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        if (EditMix.TryParse(text, out var mix))
            return mix;
        result.AddError($"'{text}' is no mix: insert=70,delete=20,format=5,presence=5, each weight 0–{EditMix.WeightLimit}, one of them over 0.");
        return null;
    }

    private static Pastes? ParsePastes(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        if (Pastes.TryParse(text, out var pastes))
            return pastes;
        result.AddError($"'{text}' says no pastes: 2%:10kb, 0–100% of 1–{Pastes.LengthLimit} code units.");
        return null;
    }

    private static Uri? ParseTarget(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var target) && (target.Scheme == Uri.UriSchemeHttp || target.Scheme == Uri.UriSchemeHttps))
            return target;
        result.AddError($"'{text}' is no address of a server: http://host:port or https://host.");
        return null;
    }

    private static Option<int?> Count(string name, string description, int limit, params string[] aliases)
    {
        var option = new Option<int?>(name, aliases) { Description = $"{description} 1–{limit}." };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } value && (value < 1 || value > limit))
                result.AddError($"{name} is {value}; it is 1–{limit}.");
        });
        return option;
    }

    private static Option<double?> Rate(string name, string description, params string[] aliases)
    {
        var option = new Option<double?>(name, aliases) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is { } value && !(value is > 0 and <= StressPlan.RpsLimit))
                result.AddError($"{name} is {value}; it is over 0 and up to {StressPlan.RpsLimit} operations per second.");
        });
        return option;
    }

    private static Option<TimeSpan?> Span(string name, string description, TimeSpan least, params string[] aliases) =>
        new(name, aliases) { Description = description, CustomParser = result => Stress.Duration.Parse(result, least) };
}
