using System.CommandLine;
using System.CommandLine.Help;
using System.Text.RegularExpressions;
using Collab.Stress.Editing.Edits;
using Collab.Stress.Scenarios;
using Collab.Stress.Traces;
using static Collab.Stress.OptionKinds;

namespace Collab.Stress;

/// <summary>Every option of the command line, with its range and its words; <see cref="Groups"/> is their order in the help.</summary>
internal sealed partial class StressOptions
{
    /// <summary>In place of a scenario's name: one after the other.</summary>
    public const string All = "all";

    public Argument<string> Scenario { get; } = new("NAME") { DefaultValueFactory = _ => ScenarioCatalogue.Default };

    public Option<Uri?> Target { get; } = Of(
        "--target", "URL", "The server's root, a web host. Default: http://localhost:5080.", ParseTarget, "address of a server: http://host:port or https://host.", "-t", "-target");

    public Option<bool> Insecure { get; } = Flag("--insecure", "Takes any certificate of the server, for https with one of its own making. Default: it has to be trusted.", "-insecure");

    public Option<string?> ApiKey { get; } = Text("--api-key", "KEY", "A back end's key: clients get tokens of their own with it. Default: COLLAB_API_KEY of the environment, where others don't see it.");

    public Option<string?> Token { get; } = Text("--token", "TOKEN", "An access token that all clients use, good for the whole run. Default: COLLAB_TOKEN of the environment.");

    public Option<int?> Clients { get; } = Count("--clients", "Clients, all together, each with connections of its own.", StressPlan.ClientsLimit, "-c");

    public Option<TimeSpan?> Duration { get; } = Span("--duration", "How long clients are driven: 30s, 5m, 1h, or hh:mm:ss; 1s to a day. Opening, the last answers and the check come on top.", TimeSpan.FromSeconds(1), "-d");

    public Option<double?> Rps { get; } = Rate(
        "--rps", "Operations or requests per second of all clients together, over 0 and up to 1000000. They are due at that rate whether or not the server keeps up, and latency counts from when they were due. Default of plain HTTP: the next when the one before is answered.", "-rps");

    public Option<TimeSpan?> Ramp { get; } = Span("--ramp", "Over how long clients come, 0 to a day. Default: 0, all at once.", TimeSpan.Zero);

    public Option<TimeSpan?> Timeout { get; } = Span("--timeout", "How long an answer is waited for, 100ms to a day. Default: 10s of plain HTTP, 60s elsewhere.", TimeSpan.FromMilliseconds(100), "-timeout");

    public Option<int?> Seed { get; } = new("--seed") { HelpName = "N", Description = "Of everything that is left to chance; the same seed does the same at the same times. Default: another one each time, which is told." };

    public Option<TimeSpan?> Pause { get; } = Span("--pause", "Of all: between two scenarios, 0 to a day. Default: 5s.", TimeSpan.Zero);

    public Option<int?> Documents { get; } = Count("--documents", "Documents that are edited at once; clients are spread over them evenly.", StressPlan.DocumentsLimit);

    public Option<int?> ClientsPerDocument { get; } = Count("--clients-per-document", "Instead of --clients or --documents: the third follows from two.", StressPlan.ClientsLimit);

    public Option<TimeSpan?> ThinkTime { get; } = Span(
        "--think-time", "Instead of --rps: what a client waits from one operation to its next on average, 0 to a day. 0: the next begins when the one before is answered.", TimeSpan.Zero);

    public Option<EditMix?> Mix { get; } = Of(
        "--mix",
        "MIX",
        "What people do, as weights: insert=70,delete=20,format=5,presence=5. With formats all documents are rich text, without every other is; presence is a caret that is shown.",
        text => EditMix.TryParse(text, out var mix) ? mix : null,
        $"mix: insert=70,delete=20,format=5,presence=5, each weight 0–{EditMix.WeightLimit}, one of them over 0.");

    public Option<Pastes?> Paste { get; } = Of(
        "--paste",
        "SHARE:SIZE",
        $"How many of the inserts are pastes, 0–100%, and their code units, 1–{Pastes.LengthLimit}: 2%:10kb. In a document over 256 kb a paste takes the place of as much.",
        text => Pastes.TryParse(text, out var pastes) ? pastes : null,
        $"share and size of pastes: 2%:10kb, 0–100% of 1–{Pastes.LengthLimit} code units.");

    public Option<int?> InsertLength { get; } = Count("--insert-length", "Code units that an insert has, unless it is a paste, and a delete.", Pastes.LengthLimit);

    public Option<HttpMethod?> Method { get; } = Of("--method", "METHOD", "GET, POST, PUT, …", text => Word().IsMatch(text) ? new HttpMethod(text.ToUpperInvariant()) : null, "method of HTTP: GET, POST, PUT, …");

    public Option<string?> Path { get; } = Of("--path", "PATH", "What is asked for below the target, query included. Default: /health/live in most.", text => text.StartsWith('/') ? text : null, "path: it begins with /.");

    public Option<string?> Body { get; } = Text("--body", "TEXT", "What is sent with each request; @FILE: what stands in that file. JSON where it begins like it, else plain text.");

    public Option<string[]> Header { get; } = new("--header") { HelpName = "'NAME: VALUE'", Description = "A header of each request; may be given again." };

    public Option<bool?> KeepAlive { get; } = new("--keep-alive") { HelpName = "true|false", Description = "false: a connection for each request, made and ended for it. Default: true, one for each client." };

    public Option<string?> Trace { get; } = Text("--trace", "FILE", "An editing trace to replay, seqtrace/1 or conctrace/1, plain or gzipped.");

    public Option<TraceSpeed?> Speed { get; } = Of(
        "--speed",
        "SPEED",
        $"full (the next when the one before is acknowledged), recorded (pauses over {TraceFile.PauseLimit.TotalSeconds} s count as that), or so many times as fast as recorded, over 0 and up to {TraceSpeed.Limit}. Default: full.",
        text => TraceSpeed.TryParse(text, out var speed) ? speed : null,
        $"speed: full, recorded, or a number over 0 and up to {TraceSpeed.Limit}.");

    public Option<string?> Json { get; } = Text("--json", "FILE", "Writes the report to this file; - is standard output, and everything for people goes to standard error then.");

    public Option<string?> Html { get; } = Text("--html", "FILE", "Writes the report to this file as a page with charts, which needs nothing else and can be sent round.");

    public Option<bool> Quiet { get; } = Flag("--quiet", "Tells only the result.");

    public Option<bool> NoColor { get; } = Flag("--no-color", "No colours; nor are there any where NO_COLOR is set in the environment, or where nobody looks.");

    public Option<int?> MetricsPort { get; } = Count("--metrics-port", "Shows the tool's own /metrics at this port while it runs. Default: none.", 65535);

    public Option<string?> MetricsAddress { get; } = Text("--metrics-address", "ADDRESS", "The address of that port; * for all of this machine's. Default: localhost.");

    public Option<TimeSpan?> Linger { get; } = Span("--linger", "How long /metrics stays after the end, so that the result is scraped too, 0 to a day; Ctrl-C cuts it short. Default: 15s.", TimeSpan.Zero);

    /// <summary>By what they are about.</summary>
    public IEnumerable<(string Heading, IReadOnlyList<Option> Options)> Groups =>
    [
        ("The server", [Target, Insecure, ApiKey, Token]),
        ("How much", [Clients, Duration, Rps, Ramp, Timeout, Seed, Pause]),
        ("In documents", [Documents, ClientsPerDocument, ThinkTime, Mix, Paste, InsertLength]),
        ("Of trace", [Trace, Speed]),
        ("Plain HTTP", [Method, Path, Body, Header, KeepAlive]),
        ("The result", [Json, Html, Quiet, NoColor, MetricsPort, MetricsAddress, Linger]),
    ];

    /// <summary>Those that only some scenarios have a use for.</summary>
    public IEnumerable<Option> OfSome => [Rps, Ramp, Documents, ClientsPerDocument, ThinkTime, Mix, Paste, InsertLength, Method, Path, Body, Header, KeepAlive, Trace, Speed];

    public RootCommand Command()
    {
        var command = new RootCommand { Scenario };
        foreach (var option in Groups.SelectMany(group => group.Options))
            command.Options.Add(option);
        command.Options.OfType<HelpOption>().Single().Action = new ShowHelp(this);
        return command;
    }

    private static Uri? ParseTarget(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var target) && (target.Scheme == Uri.UriSchemeHttp || target.Scheme == Uri.UriSchemeHttps) ? target : null;

    [GeneratedRegex("^[A-Za-z]{1,20}$")]
    private static partial Regex Word();
}
