using System.Diagnostics;
using System.Text.RegularExpressions;
using Collab.Contracts;
using Collab.Contracts.Access;

namespace Collab.Tests.Access;

/// <summary>Which documents a pattern names.</summary>
public sealed class DocumentPatternTests
{
    [Theory]
    [InlineData("*", "anything", true)]
    [InlineData("a", "a", true)]
    [InlineData("a", "A", false)]
    [InlineData("a", "ab", false)]
    [InlineData("a*", "a", true)]
    [InlineData("a*b", "ab", true)]
    [InlineData("a*b", "a", false)]
    [InlineData("ab*ba", "aba", false)]
    [InlineData("*.draft", "x.draft", true)]
    [InlineData("*.draft", "x.draft.old", false)]
    [InlineData("team-*-*", "team-7", false)]
    [InlineData("team-*-*", "team-7-", true)]
    [InlineData("*a*a*", "a", false)]
    [InlineData("**", "x", true)]
    [InlineData("", "x", false)]
    [InlineData("?", "x", false)]
    [InlineData("[a-z]*", "x", false)]
    public void A_star_stands_for_any_characters_and_nothing_else_has_a_meaning(string pattern, string id, bool matches) =>
        Assert.Equal(matches, new DocumentPattern(pattern).Matches(new DocumentId(id)));

    [Theory]
    [InlineData("*", "team-*", true)]
    [InlineData("team-*", "team-7-*", true)]
    [InlineData("team-7-*", "team-*", false)]
    [InlineData("team-*-x", "team-*", false)]
    [InlineData("a*", "a", true)]
    [InlineData("a", "a*", false)]
    public void A_pattern_covers_another_if_it_names_all_that_the_other_names(string pattern, string other, bool covers) =>
        Assert.Equal(covers, new DocumentPattern(pattern).Covers(new DocumentPattern(other)));

    [Fact]
    public void It_names_what_the_same_regular_expression_names()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++)
        {
            string pattern = new string(random.GetItems<char>("ab*", random.Next(8))), id = new string(random.GetItems<char>("ab", 1 + random.Next(10)));
            bool expected = Regex.IsMatch(id, $"\\A{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}\\z", RegexOptions.Singleline);
            Assert.True(expected == new DocumentPattern(pattern).Matches(new DocumentId(id)), $"{pattern} on {id}, seed {seed}");
        }
    }

    [Fact]
    public void No_pattern_makes_it_slow()
    {
        var pattern = new DocumentPattern(string.Concat(Enumerable.Repeat("a*", 500)) + "b");
        var id = new DocumentId(new string('a', DocumentId.LengthLimit));
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < 1_000; i++)
            Assert.False(pattern.Matches(id));
        // Tried again and again, it would take longer than the universe is old.
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20));
    }
}
