using Collab.Tests.Operations;

namespace Collab.Tests.Access;

/// <summary>The table of <c>docs/protocol.md</c> that says who may do what: a verb, what it is done with, and what each hears.</summary>
internal sealed record WhoMayWhat(string Verb, string What, IReadOnlyDictionary<string, string> Cells)
{
    private const string NotJoined = "not_joined";

    public static IReadOnlyList<WhoMayWhat> Rows { get; } = [.. Read()];

    /// <summary>What this verb comes to.</summary>
    /// <param name="role">A role, or <c>anonymous</c>.</param>
    /// <param name="document"><c>own</c>, <c>foreign</c> or <c>missing</c>.</param>
    public string Outcome(string role, string document)
    {
        string own = Cells[role];
        if (role == "anonymous" || document == "own")
            return own;
        if (document == "foreign")
            return Cells["none"];
        // Only the document can tell an edit from a comment.
        if (role == "commenter" && What == "an edit")
            return Cells["missing"];
        bool isOfTheHub = !Verb.Contains(' ', StringComparison.Ordinal);
        return own is "ok" or "listed" || (isOfTheHub && Cells["missing"] == NotJoined) ? Cells["missing"] : own;
    }

    private static IEnumerable<WhoMayWhat> Read()
    {
        string[] lines = [.. File.ReadAllLines(Path.Combine(Repository.Root, "docs", "protocol.md")).SkipWhile(line => !line.StartsWith("| verb | |", StringComparison.Ordinal)).TakeWhile(line => line.Length > 0)];
        string[] columns = Split(lines[0]);
        foreach (string line in lines.Skip(2))
        {
            string[] cells = Split(line);
            yield return new WhoMayWhat(cells[0], cells[1], columns.Zip(cells).Skip(2).ToDictionary(pair => pair.First, pair => pair.Second));
        }
    }

    private static string[] Split(string line) => [.. line.Trim('|').Split('|').Select(cell => cell.Trim().Trim('`'))];
}
