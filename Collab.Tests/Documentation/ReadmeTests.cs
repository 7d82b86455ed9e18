using System.Text.RegularExpressions;
using Collab.Tests.Operations;

namespace Collab.Tests.Documentation;

/// <summary>The documents' code is code that was compiled: each block names the file, or the region of one, whose text it has to be.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Theory]
    [InlineData("README.md", 3)]
    [InlineData("Collab.Client/README.md", 1)]
    [InlineData("docs/activity.md", 1)]
    [InlineData("docs/security.md", 2)]
    public void Code_blocks_are_what_their_compiled_samples_say(string document, int count)
    {
        var blocks = Block().Matches(File.ReadAllText(Path.Combine(Repository.Root, document)));

        Assert.Equal(count, blocks.Count);
        foreach (Match block in blocks)
            Assert.Equal(Sample(block.Groups["file"].Value, block.Groups["region"].Value), block.Groups["code"].Value.TrimEnd());
    }

    [Fact]
    public void Links_lead_to_files_that_are_there()
    {
        string[] missing = [.. Link().Matches(Readme).Select(link => link.Groups[1].Value)
            .Where(target => !target.StartsWith("http", StringComparison.Ordinal) && !File.Exists(Path.Combine(Repository.Root, target)))];

        Assert.Empty(missing);
    }

    private static string Sample(string file, string region)
    {
        // The client is compiled against its source, and used by the name of its package.
        string text = File.ReadAllText(Path.Combine(Repository.Root, file)).Replace("'../src/index.js'", "'@collab/client'", StringComparison.Ordinal);
        if (region.Length == 0)
            return text.TrimEnd();
        string[] lines = [.. text.Split('\n').SkipWhile(line => line.Trim() != $"#region {region}").Skip(1).TakeWhile(line => line.Trim() != "#endregion")];
        int indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length == 0 ? line : line[indent..])).TrimEnd();
    }

    [GeneratedRegex(@"<!-- compiled: (?<file>[^#\s]+)(?:#(?<region>\w+))? -->\n```\w+\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\(([^)#]+)[^)]*\)")]
    private static partial Regex Link();
}
