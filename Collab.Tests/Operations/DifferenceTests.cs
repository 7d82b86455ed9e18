using Collab.Operations.Deltas;

namespace Collab.Tests.Operations;

/// <summary>The one stretch in which two contents differ.</summary>
public sealed class DifferenceTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("", "abc", "+abc")]
    [InlineData("abc", "", "-3")]
    [InlineData("abc", "abc", "=3")]
    [InlineData("abcd", "abxcd", "=2 +x =2")]
    [InlineData("abxcd", "abcd", "=2 -1 =2")]
    [InlineData("aa", "aaa", "=2 +a")] // start before end: they must not overlap
    [InlineData("aaa", "aa", "=2 -1")]
    [InlineData("one two three", "one 2 three", "=4 +2 -3 =6")]
    [InlineData("a😀b", "a😁b", "=1 +😁 -2 =1")] // the two share their high surrogate
    [InlineData("a\U00010001b", "a\U00010401b", "=1 +\U00010401 -2 =1")] // and these their low one
    [InlineData("😀😀", "😀😀😀", "=4 +😀")]
    public void Text(string from, string to, string gives) =>
        Assert.Equal(gives, Notation.Write(Delta.Between(Notation.Document(from), Notation.Document(to))));

    [Theory]
    [InlineData("+abcd", "+ab +cd{b:1}", "=2 +cd{b:1} -2")] // a format is a difference
    [InlineData("+ab +[i:1] +cd", "+ab +[i:2] +cd", "=2 +[i:2] -1 =2")]
    [InlineData("+ab +[i:1] +cd", "+ab +[i:1] +x +cd", "=3 +x =2")]
    [InlineData("+ab{b:1} +cd", "+a{b:1} +cd", "=1 -1 =2")]
    public void RichText(string from, string to, string gives) =>
        Assert.Equal(gives, Notation.Write(Delta.Between(Notation.RichDocument(from), Notation.RichDocument(to))));

    [Fact]
    public void The_runs_of_the_two_sides_need_not_be_cut_alike()
    {
        var text = string.Concat(Enumerable.Range(0, 2000).Select(i => $"line {i}\n"));
        var typed = Notation.Document("");
        for (var at = 0; at < text.Length; at += 7)
        {
            var piece = text.Substring(at, Math.Min(7, text.Length - at));
            typed = (Collab.Operations.Text.TextContent)typed.Apply(new DeltaBuilder(DeltaForm.Text).Retain(at).Insert(piece).Build());
        }

        var changed = Notation.Document(text[..5000] + "CHANGED" + text[5010..]);
        Assert.Equal($"=5000 +CHANGED -10 ={text.Length - 5010}", Notation.Write(Delta.Between(typed, changed)));
        Assert.True(Delta.Between(typed, Notation.Document(text)).IsIdentity);
    }
}
