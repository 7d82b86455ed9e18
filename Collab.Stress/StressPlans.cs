using System.CommandLine;
using Collab.Stress.Http;
using Collab.Stress.Scenarios;
using Collab.Stress.Traces;

namespace Collab.Stress;

/// <summary>Makes plans of what was typed: an option is stronger than a variable of the environment, and that than the scenario's default.</summary>
internal sealed class StressPlans(StressOptions options, ParseResult arguments, StressEnvironment environment)
{
    private static readonly Uri TargetDefault = new("http://localhost:5080");

    // One for all scenarios of a run.
    private readonly int _seed = arguments.GetValue(options.Seed) ?? Random.Shared.Next();

    /// <summary>That of one scenario, or with <c>all</c> one for each that can be run.</summary>
    /// <exception cref="InvalidPlanException">Options contradict each other, or there is no use for one.</exception>
    public IReadOnlyList<StressPlan> Make()
    {
        string name = arguments.GetValue(options.Scenario)!;
        IReadOnlyList<Scenario> scenarios = name == StressOptions.All ? [.. ScenarioCatalogue.All.Where(IsPossible)] : [ScenarioCatalogue.Find(name)];
        if (name != StressOptions.All && IsGiven(options.Pause))
            throw new InvalidPlanException($"--pause has no meaning for {name}: it is between the scenarios of all.");
        if (IsGiven(options.Clients) && !scenarios.Any(scenario => scenario.TakesClients))
            throw new InvalidPlanException($"--clients has no meaning for {name}.");
        foreach (var option in options.OfSome.Where(IsGiven))
        {
            if (!scenarios.Any(scenario => scenario.Options.Contains(option.Name)))
                throw new InvalidPlanException($"{option.Name} has no meaning for {name}.");
        }

        return [.. scenarios.Select(Plan)];
    }

    // What another scenario has no use for is given for those that have one.
    private StressPlan Plan(Scenario scenario)
    {
        var plan = StressPlan.Of(scenario, arguments.GetValue(options.Target) ?? TargetDefault);
        int? clients = scenario.TakesClients ? arguments.GetValue(options.Clients) : null;
        int? documents = Of(options.Documents, scenario);
        int? perDocument = Of(options.ClientsPerDocument, scenario);
        if (scenario.TakesClients && (perDocument is null || documents is null))
            clients ??= environment.Clients;
        var (thinkTime, rps) = (Of(options.ThinkTime, scenario), Of(options.Rps, scenario));
        if (thinkTime is not null && rps is not null)
            throw new InvalidPlanException("--rps and --think-time both say how often; give one of them.");
        string? apiKey = arguments.GetValue(options.ApiKey) ?? environment.ApiKey;
        if (scenario.NeedsApiKey && apiKey is null)
            throw new InvalidPlanException($"{scenario.Name} asks what only a back end may: it needs --api-key, or COLLAB_API_KEY in the environment.");
        (int clientsThen, int documentsThen) = Crowd.Of(scenario.Defaults, clients, documents, perDocument);
        return scenario.Complete(plan with
        {
            Clients = clientsThen,
            Documents = documentsThen,
            Duration = arguments.GetValue(options.Duration) ?? environment.Duration ?? plan.Duration,
            Rps = thinkTime is null ? rps ?? plan.Rps : null,
            ThinkTime = thinkTime ?? plan.ThinkTime,
            Mix = Of(options.Mix, scenario) ?? plan.Mix,
            Pastes = Of(options.Paste, scenario) ?? environment.Over(plan.Pastes),
            InsertLength = Of(options.InsertLength, scenario) ?? environment.BatchSize ?? plan.InsertLength,
            Call = plan.Call is { } call ? Call(call) : null,
            Ramp = Of(options.Ramp, scenario) ?? plan.Ramp,
            Trace = Of(options.Trace, scenario) is { } file ? TraceFile.Read(file) : null,
            Speed = Of(options.Speed, scenario) ?? plan.Speed,
            Timeout = arguments.GetValue(options.Timeout) ?? plan.Timeout,
            IsInsecure = arguments.GetValue(options.Insecure),
            Seed = _seed,
            ApiKey = apiKey,
            Token = arguments.GetValue(options.Token) ?? environment.Token,
        });
    }

    private HttpCall Call(HttpCall call)
    {
        var method = arguments.GetValue(options.Method) ?? call.Method;
        string? body = arguments.GetValue(options.Body) is { } given ? Body(given) : call.Body;
        // Where the path is another, what the scenario would have sent there is not meant for it.
        string path = arguments.GetValue(options.Path) ?? call.Path;
        if (path != call.Path && !IsGiven(options.Body))
            body = null;
        if (body is null && environment.BufferSize is { } size && method != HttpMethod.Get && method != HttpMethod.Head)
            body = new string('x', size);
        return call with
        {
            Method = method,
            Path = path,
            Body = body,
            Headers = [.. (arguments.GetValue(options.Header) ?? []).Select(Header)],
            KeepsAlive = arguments.GetValue(options.KeepAlive) ?? call.KeepsAlive,
        };
    }

    private static string Body(string given)
    {
        if (!given.StartsWith('@'))
            return given;
        try
        {
            return File.ReadAllText(given[1..]);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new InvalidPlanException($"--body {given}: {failure.Message}");
        }
    }

    private static (string Name, string Value) Header(string given) =>
        given.IndexOf(':', StringComparison.Ordinal) is > 0 and var at
            ? (given[..at].Trim(), given[(at + 1)..].Trim())
            : throw new InvalidPlanException($"--header is '{given}'; it is 'NAME: VALUE'.");

    private bool IsPossible(Scenario scenario) =>
        (!scenario.NeedsApiKey || arguments.GetValue(options.ApiKey) is not null || environment.ApiKey is not null)
        && (!scenario.Options.Contains(options.Trace.Name) || IsGiven(options.Trace));

    private bool IsGiven(Option option) => arguments.GetResult(option) is { Implicit: false };

    private T? Of<T>(Option<T?> option, Scenario scenario) => scenario.Options.Contains(option.Name) ? arguments.GetValue(option) : default;
}
