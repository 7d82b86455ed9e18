using System.Globalization;
using System.Text.RegularExpressions;
using Collab.Tests.Operations;

namespace Collab.Tests.Observability;

/// <summary>Every message of the product is source-generated, has words of its own, and a number that is nobody else's, out of its component's range in <c>docs/logs.md</c>.</summary>
public sealed partial class LogMessagesTests
{
    private static readonly string[] NotProduct = ["Collab.Benchmarks", "Collab.Tests"];

    [Fact]
    public void No_two_messages_have_one_number()
    {
        string[] shared = [.. LogMessage.All.GroupBy(message => message.Id).Where(id => id.Count() > 1).Select(id => $"{id.Key}: {string.Join(", ", id.Select(message => message.Method))}")];

        Assert.NotEmpty(LogMessage.All);
        Assert.Empty(shared);
    }

    [Fact]
    public void Every_number_is_in_the_range_of_its_component()
    {
        var ranges = Ranges();
        string[] outside = [.. LogMessage.All.Where(message => !(ranges.TryGetValue(message.Component, out var range) && message.Id >= range.From && message.Id <= range.To)).Select(message => $"{message.Id} {message.Method}")];
        string[] unused = [.. ranges.Keys.Except(LogMessage.All.Select(message => message.Component))];
        var ordered = ranges.Values.OrderBy(range => range.From).ToList();

        Assert.Empty(outside);
        Assert.Empty(unused);
        Assert.All(ordered.Zip(ordered.Skip(1)), pair => Assert.True(pair.First.To < pair.Second.From, $"The range up to {pair.First.To} overlaps the one from {pair.Second.From}."));
    }

    [Fact]
    public void Every_message_has_words_of_its_own_and_PascalCase_names()
    {
        Assert.All(LogMessage.All, message =>
        {
            Assert.True(message.Words.Count(char.IsLetter) > 5, $"{message.Method} says nothing by itself: {message.Text}");
            Assert.All(message.Names, name => Assert.Matches("^[A-Z][A-Za-z0-9]*$", name));
        });
    }

    [Fact]
    public void Nothing_is_logged_in_another_way()
    {
        string[] found =
        [
            .. from project in Directory.EnumerateDirectories(Repository.Root, "Collab.*")
               where !NotProduct.Contains(Path.GetFileName(project))
               from file in Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
               from Match call in OtherWays().Matches(File.ReadAllText(file))
               select $"{Path.GetRelativePath(Repository.Root, file)}: {call.Value}",
        ];

        Assert.Empty(found);
    }

    private static Dictionary<string, (int From, int To)> Ranges() => (
        from Match row in Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "logs.md")))
        select (row.Groups["component"].Value, (Number(row.Groups["from"]), Number(row.Groups["to"])))).ToDictionary();

    private static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(|\.Log\(\s*LogLevel|LoggerMessage\.Define")]
    private static partial Regex OtherWays();

    [GeneratedRegex(@"^\| (?<from>\d+)–(?<to>\d+) \| `(?<component>[\w.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
