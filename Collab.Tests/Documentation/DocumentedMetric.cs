using System.Text.RegularExpressions;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Collab.Tests.Operations;

namespace Collab.Tests.Documentation;

/// <summary>A row of <c>docs/metrics.md</c>, the catalogue of metrics.</summary>
/// <param name="Query">PromQL, as it would be asked.</param>
internal sealed partial record DocumentedMetric(string Name, string Type, IReadOnlyList<string> Labels, string Meaning, string Query, string BadWhen)
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "metrics.md"));

    // Every label's values where a row says nothing else: the table below "Labels that many have".
    private static readonly Dictionary<string, string[]> SharedLabels = ReadSharedLabels();

    public static IReadOnlyList<DocumentedMetric> All { get; } = [.. Read()];

    public override string ToString() => $"{Name} {Type}({string.Join(", ", Labels)})";

    /// <summary>The closed set that a label's values are of. <c>&lt;…&gt;</c> in one stands for any word.</summary>
    public IReadOnlyList<string> ValuesOf(string label)
    {
        var marks = Marker().Matches(Meaning).Where(mark => Labels.Contains(mark.Groups[1].Value)).ToList();
        int at = marks.FindIndex(mark => mark.Groups[1].Value == label);
        if (at < 0)
            return SharedLabels.GetValueOrDefault(label, []);
        int end = at + 1 < marks.Count ? marks[at + 1].Index : Meaning.Length;
        return [.. Values(Meaning[(marks[at].Index + marks[at].Length)..end])];
    }

    /// <summary>Whether the document names <paramref name="value"/> as one that the label takes.</summary>
    public bool Takes(string label, string value) => ValuesOf(label).Any(known => Regex.IsMatch(value, "^" + Wildcard().Replace(Regex.Escape(known), "[^\"]+") + "$"));

    private static IEnumerable<DocumentedMetric> Read() =>
        from line in Document.Split('\n')
        where line.StartsWith("| `collab_", StringComparison.Ordinal)
        select Cells(line) is { Length: 6 } cells
            ? new DocumentedMetric(cells[0].Trim('`'), cells[1], cells[2].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), cells[3], cells[4].Trim('`'), cells[5])
            : throw new InvalidDataException($"docs/metrics.md has a row without its six columns: {line}");

    private static Dictionary<string, string[]> ReadSharedLabels()
    {
        string section = Document[Document.IndexOf("### Labels that many have", StringComparison.Ordinal)..];
        return (from line in section[..section.IndexOf("\n## ", StringComparison.Ordinal)].Split('\n')
                where line.StartsWith("| `", StringComparison.Ordinal)
                let cells = Cells(line)
                from label in Code().Matches(cells[0])
                select (Name: label.Groups[1].Value, Values: (string[])[.. Values(cells[1])])).ToDictionary(label => label.Name, label => label.Values);
    }

    private static IEnumerable<string> Values(string set)
    {
        if (set.Contains("[error code](protocol.md#error-codes)", StringComparison.Ordinal))
        {
            foreach (var reason in Enum.GetValues<RefusalReason>())
                yield return reason.Code();
        }

        if (set.Contains("one of the [limits](limits.md)", StringComparison.Ordinal))
        {
            foreach (var limit in Enum.GetValues<Limit>())
                yield return LimitMetrics.Label(limit);
        }

        foreach (Match value in Code().Matches(Remark().Replace(set, "")))
            yield return value.Groups[1].Value;
    }

    private static string[] Cells(string row) => [.. Separator().Split(row.Trim()).Skip(1).SkipLast(1).Select(cell => cell.Trim().Replace(@"\|", "|", StringComparison.Ordinal))];

    // A bar that no backslash stands before.
    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Separator();

    [GeneratedRegex(@"`(\w+)`: ")]
    private static partial Regex Marker();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    // What is in parentheses explains a value, or is where a link leads to.
    [GeneratedRegex(@"\([^()]*\)")]
    private static partial Regex Remark();

    [GeneratedRegex(@"<\w+>")]
    private static partial Regex Wildcard();
}
