using System.Text.RegularExpressions;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Collab.Tests.Operations;

namespace Collab.Tests.Documentation;

/// <summary>The table of <c>docs/limits.md</c> has a row for each limit that is counted, with the setting's real default and range, and error codes that there are.</summary>
public sealed partial class LimitsDocumentTests
{
    private static readonly string[][] Rows = [.. Read()];

    [Fact]
    public void There_is_a_row_for_each_limit_and_no_other() =>
        Assert.Equal(Enum.GetValues<Limit>().Select(LimitMetrics.Label).Order(StringComparer.Ordinal), Rows.Select(row => row[0].Trim('`')).Order(StringComparer.Ordinal));

    [Fact]
    public void Each_row_names_settings_with_their_default_and_range()
    {
        foreach (string[] row in Rows)
        {
            var settings = Code().Matches(row[1]).Select(key => Setting.All.SingleOrDefault(setting => setting.Key == key.Groups[1].Value)
                ?? throw new InvalidDataException($"{row[0]} names {key.Value}, and there is no such setting.")).ToList();
            Assert.NotEmpty(settings);
            Assert.Equal((row[0], string.Join("; ", settings.Select(setting => setting.Default))), (row[0], row[3]));
            Assert.Equal((row[0], string.Join("; ", settings.Select(setting => setting.Range))), (row[0], row[4]));
        }
    }

    [Fact]
    public void Each_row_names_error_codes_that_there_are()
    {
        string[] codes = [.. Enum.GetValues<RefusalReason>().Select(reason => reason.Code())];
        foreach (string[] row in Rows)
            Assert.All(Code().Matches(row[5]), code => Assert.Contains(code.Groups[1].Value, codes));
    }

    private static IEnumerable<string[]> Read()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, "docs", "limits.md"));
        string table = document[document.IndexOf("<!-- limits: checked", StringComparison.Ordinal)..document.IndexOf("<!-- limits: end", StringComparison.Ordinal)];
        return from line in table.Split('\n').Skip(3)
               where line.StartsWith('|')
               select line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries);
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
