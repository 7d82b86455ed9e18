using System.CommandLine;
using System.CommandLine.Parsing;
using Collab.Client;
using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;

namespace Collab.Stress;

/// <summary>The command line: what to run, against what, and how it ends.</summary>
internal static class StressCommand
{
    /// <summary>Nothing that was acknowledged is lost, doubled or different anywhere.</summary>
    public const int Fine = 0;

    /// <summary>The run found that the system had lost, doubled or changed something.</summary>
    public const int Broken = 1;

    /// <summary>Nothing was found out: wrong arguments, or a server that does not answer or does not let the tool in.</summary>
    public const int NotDone = 2;

    public static async Task<int> InvokeAsync(string[] args)
    {
        var arguments = Create().Parse(args);
        // Ctrl-C ends the typing; settling, the check and the summary still follow, and take as long as they need.
        int code = await arguments.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(5) });
        return arguments.Errors.Count > 0 ? NotDone : code;
    }

    private static RootCommand Create()
    {
        var target = new Option<Uri>("--target", "-t") { Description = "The server's root, a web host.", DefaultValueFactory = _ => new Uri("http://localhost:5080"), CustomParser = ParseTarget };
        var scenario = new Option<string>("--scenario", "-s") { Description = Scenario.Described, DefaultValueFactory = _ => Scenario.All[0].Name };
        scenario.AcceptOnlyFromAmong([.. Scenario.All.Select(each => each.Name)]);
        var documents = Count("--documents", "Documents that are edited at once.", StressPlan.DocumentsDefault, StressPlan.DocumentsLimit);
        var clients = Count("--clients", "Clients in each document, each with a connection of its own.", StressPlan.ClientsDefault, StressPlan.ClientsLimit, "-c");
        var duration = new Option<TimeSpan>("--duration", "-d") { Description = "How long they type: 30s, 5m, 1h, or hh:mm:ss; at least 1s.", DefaultValueFactory = _ => TimeSpan.FromSeconds(30), CustomParser = result => Duration.Parse(result, TimeSpan.FromSeconds(1)) };
        var rate = new Option<double?>("--rate", "-r") { Description = "Edits per second of each client, over 0 and up to 1000; they are due at that rate whether or not the server keeps up. Default: the scenario's." };
        rate.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double?>() is { } value && !(value is > 0 and <= 1000))
                result.AddError($"--rate is {value}; it is over 0 and up to 1000 edits per second.");
        });
        var seed = new Option<int?>("--seed") { Description = "Of everything that is left to chance; the same seed types the same at the same times. Default: another one each time, which is told." };
        var port = new Option<int?>("--metrics-port") { Description = "Shows the tool's own /metrics at this port while it runs, 1–65535. Default: none." };
        var address = new Option<string>("--metrics-address") { Description = "The address of that port; * for all of this machine's.", DefaultValueFactory = _ => "localhost" };
        var linger = new Option<TimeSpan>("--linger") { Description = "How long /metrics stays after the end, so that the result is scraped too; Ctrl-C cuts it short.", DefaultValueFactory = _ => TimeSpan.FromSeconds(15), CustomParser = result => Duration.Parse(result, TimeSpan.Zero) };
        var key = new Option<string?>("--api-key") { Description = "A back end's key: each client gets tokens of its own with it. Default: COLLAB_API_KEY of the environment, where others don't see it." };
        var token = new Option<string?>("--token") { Description = "An access token that all clients use, good for the whole run. Default: COLLAB_TOKEN of the environment." };

        var command = new RootCommand("Edits documents of a running server like many people at once, then checks that nothing that it acknowledged was lost, doubled or changed.")
        {
            target, scenario, documents, clients, duration, rate, seed, port, address, linger, key, token,
        };
        command.SetAction((arguments, cancellation) => RunAsync(
            new StressPlan
            {
                Target = arguments.GetValue(target)!,
                Scenario = Scenario.Find(arguments.GetValue(scenario)!),
                Documents = arguments.GetValue(documents),
                ClientsPerDocument = arguments.GetValue(clients),
                Duration = arguments.GetValue(duration),
                Rate = arguments.GetValue(rate),
                Seed = arguments.GetValue(seed) ?? Random.Shared.Next(),
                ApiKey = arguments.GetValue(key) ?? Environment.GetEnvironmentVariable("COLLAB_API_KEY"),
                Token = arguments.GetValue(token) ?? Environment.GetEnvironmentVariable("COLLAB_TOKEN"),
            },
            arguments.GetValue(port) is { } metricsPort ? new MetricsEndpoint(arguments.GetValue(address)!, metricsPort, arguments.GetValue(linger)) : null,
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(StressPlan plan, MetricsEndpoint? endpoint, CancellationToken cancellation)
    {
        try
        {
            await using var metrics = endpoint;
            if (endpoint is not null)
                await endpoint.StartAsync();
            Console.WriteLine($"{plan} (Ctrl-C ends it early)");
            var result = await StressRun.RunAsync(plan, cancellation);
            Console.WriteLine(Summary.Of(result));
            if (endpoint is not null)
                await endpoint.LingerAsync(cancellation);
            return result.Integrity.IsWhole ? Fine : Broken;
        }
        catch (Exception failure) when (failure is CollabException or HttpRequestException or InvalidOperationException or IOException or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"collab-stress: {failure.Message}");
            return NotDone;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("collab-stress: interrupted before there was anything to check.");
            return NotDone;
        }
    }

    private static Uri? ParseTarget(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var target) && (target.Scheme == Uri.UriSchemeHttp || target.Scheme == Uri.UriSchemeHttps))
            return target;
        result.AddError($"'{text}' is no address of a server: http://host:port or https://host.");
        return null;
    }

    private static Option<int> Count(string name, string description, int byDefault, int limit, params string[] aliases)
    {
        var option = new Option<int>(name, aliases) { Description = $"{description} 1–{limit}.", DefaultValueFactory = _ => byDefault };
        option.Validators.Add(result =>
        {
            int value = result.GetValueOrDefault<int>();
            if (value < 1 || value > limit)
                result.AddError($"{name} is {value}; it is 1–{limit}.");
        });
        return option;
    }
}
