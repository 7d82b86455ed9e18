namespace Collab.Stress;

/// <summary>What was typed, fit to stand in a report that is passed around.</summary>
internal static class CommandLine
{
    private static readonly string[] Secrets = ["--api-key", "--token"];

    public static string WithoutSecrets(IEnumerable<string> arguments)
    {
        var shown = new List<string> { "collab-stress" };
        bool isSecret = false;
        foreach (string argument in arguments)
        {
            shown.Add(isSecret ? "***" : argument.Contains(' ', StringComparison.Ordinal) ? $"'{argument}'" : argument);
            isSecret = Secrets.Contains(argument);
        }

        return string.Join(' ', shown);
    }
}
