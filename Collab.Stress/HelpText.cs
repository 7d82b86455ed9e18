using System.CommandLine;
using System.Text;
using Collab.Stress.Reporting;
using Collab.Stress.Scenarios;

namespace Collab.Stress;

/// <summary>What <c>--help</c> says: by example, then everything there is, each with its unit, range and default.</summary>
internal static class HelpText
{
    private const int Indent = 2;
    private const int Column = 34;
    private const int ScenarioColumn = 20;

    private static readonly (string Command, string Meaning)[] Examples =
    [
        ("collab-stress", "eight people type in two documents for half a minute"),
        ("collab-stress hot-document -c 50 -d 2m --html report.html", "fifty in one document, and a page with charts of it"),
        ("collab-stress typing --documents 20 --clients-per-document 4 --rps 400 --seed 7", "a rate whatever the server does, the same each time"),
        ("collab-stress basic -t https://collab.example --path /api/documents --token …", "plain requests of a server elsewhere"),
        ("collab-stress all -d 10s --json -", "every scenario in short, and the results for a program"),
    ];

    private static readonly (string Code, string Meaning)[] ExitCodes =
    [
        ($"{StressCommand.Fine}", "Nothing that the server acknowledged is lost, doubled or different anywhere. What it refused or did not answer is told, and no failure of integrity."),
        ($"{StressCommand.Broken}", "The integrity check found something."),
        ($"{StressCommand.NotDone}", "Nothing was found out: a wrong argument, a server that does not answer or does not let the tool in, a second Ctrl-C."),
    ];

    /// <param name="width">Of a line, in characters.</param>
    public static string Of(StressOptions options, Paint paint, int width)
    {
        var text = new StringBuilder();
        Paragraph(text, "collab-stress loads a running Collab server like many people do, measures what they feel, and proves that nothing that was acknowledged is lost, doubled or different anywhere.", 0, width);
        text.AppendLine().AppendLine($"{paint.Strong("Usage")}: collab-stress [NAME] [options]");
        Paragraph(text, $"NAME is a scenario's, or {StressOptions.All}. Default: {ScenarioCatalogue.Default}. Where no default of an option is told, the scenario has one.", Indent, width);

        text.AppendLine().AppendLine(paint.Strong("Examples"));
        foreach (var (command, meaning) in Examples)
            text.Append(' ', Indent).AppendLine(command).Append(' ', Indent * 3).AppendLine(meaning);

        foreach (var family in ScenarioCatalogue.All.GroupBy(scenario => scenario.Family))
        {
            text.AppendLine().AppendLine(paint.Strong($"Scenarios: {Heading(family.Key)}"));
            foreach (var scenario in family)
                Entry(text, scenario.Name, $"{scenario.Description} ({Defaults(scenario)})", ScenarioColumn, width);
        }

        text.AppendLine();
        Entry(text, StressOptions.All, "one after the other, with pauses; auth is left out without --api-key, and trace without --trace", ScenarioColumn, width);
        foreach (var (heading, group) in options.Groups)
        {
            text.AppendLine().AppendLine(paint.Strong($"Options: {heading}"));
            foreach (var option in group)
                Entry(text, Names(option), option.Description!, Column, width);
        }

        Section("Environment, in place of a scenario's defaults; options are stronger", StressEnvironment.Variables);
        Section("Exit codes", ExitCodes);
        return text.ToString();

        void Section(string heading, IEnumerable<(string Name, string Meaning)> entries)
        {
            text.AppendLine().AppendLine(paint.Strong(heading));
            foreach (var (name, meaning) in entries)
                Entry(text, name, meaning, Column, width);
        }
    }

    private static string Heading(ScenarioFamily family) => family switch
    {
        ScenarioFamily.Http => "plain HTTP, no documents",
        ScenarioFamily.Connections => "connections, and nothing over them",
        ScenarioFamily.Documents => "people in documents; the integrity check comes at the end",
        _ => family.ToString(),
    };

    private static string Defaults(Scenario scenario)
    {
        if (!scenario.TakesClients)
            return "until it ends";
        var plan = StressPlan.Of(scenario, new Uri("http://localhost"));
        string clients = plan.Documents > 0 ? $"{plan.Clients} clients in {plan.Documents} document{(plan.Documents == 1 ? "" : "s")}" : $"{plan.Clients} clients";
        return $"{clients}, {Duration.Text(plan.Duration)}";
    }

    private static string Names(Option option)
    {
        string aliases = string.Join(", ", option.Aliases.Where(alias => alias != option.Name && alias.Length == 2));
        return $"{(aliases.Length > 0 ? aliases + ", " : "    ")}{option.Name}{(option.HelpName is { } value ? " " + value : "")}";
    }

    private static void Entry(StringBuilder text, string name, string meaning, int column, int width)
    {
        var lines = Wrapped(meaning, width - column).ToList();
        string head = new string(' ', Indent) + name;
        if (head.Length >= column)
            text.AppendLine(head).Append(' ', column);
        else
            text.Append(head.PadRight(column));
        text.AppendJoin(Environment.NewLine + new string(' ', column), lines).AppendLine();
    }

    private static void Paragraph(StringBuilder text, string what, int indent, int width)
    {
        foreach (string line in Wrapped(what, width - indent))
            text.Append(' ', indent).AppendLine(line);
    }

    private static IEnumerable<string> Wrapped(string text, int width)
    {
        var line = new StringBuilder();
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }
}
