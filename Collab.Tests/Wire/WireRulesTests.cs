namespace Collab.Tests.Wire;

/// <summary>The rules see what would break a cluster of two versions, and let pass what would not.</summary>
public sealed class WireRulesTests
{
    private const string Released = """
        message collab.Note
          0 Text String
          1 Length Int32

        enum collab.Reason
          0 Busy
          1 Gone

        interface collab.INoteGrain
          Read (collab.Revision) Task<collab.Note>
          Tell one-way (collab.Note) Task

        grains types
          collab.INoteGrain note

        """;

    [Theory]
    [InlineData("  1 Length Int32", "  1 Length Int32\n  2 Author String?")]
    [InlineData("  1 Length Int32", "  1 Length Int32\n  2 Size Int64")]
    [InlineData("  1 Length Int32", "  1 Length Int32\n  2 Why collab.Reason")]
    [InlineData("  1 Length Int32", "  1 Length Int32\n  3 At DateTimeOffset?")]
    [InlineData("  1 Gone", "  1 Gone\n  2 Moved")]
    [InlineData("  Read ", "  List () Task<collab.Note>\n  Read ")]
    [InlineData("grains types", "message collab.Other\n  0 Text String\n\ngrains types")]
    public void What_the_older_version_can_do_without_may_be_added(string was, string @is) => Assert.Empty(Broken(was, @is));

    [Theory]
    [InlineData("  1 Length Int32", "", "1 (Length Int32) is gone")]
    [InlineData("1 Length Int32", "1 Length Int64", "1 was Length Int32 and is Length Int64")]
    [InlineData("1 Length Int32", "1 Width Int32", "1 was Length Int32 and is Width Int32")]
    [InlineData("1 Length Int32", "2 Length Int32", "1 (Length Int32) is gone")]
    [InlineData("0 Text String", "0 Text String?", "0 was Text String and is Text String?")]
    [InlineData("  1 Length Int32", "  1 Length Int32\n  2 Author String", "Author String does not come from the released version")]
    [InlineData("  1 Length Int32", "  1 Length Int32\n  2 Parts ImmutableArray<String>", "Make it nullable")]
    [InlineData("  1 Length Int32", "  1 Length Int32\n  2 Other collab.Note", "Make it nullable")]
    [InlineData("message collab.Note", "message collab.Remark", "message collab.Note is gone")]
    [InlineData("0 Busy\n  1 Gone", "0 Gone\n  1 Busy", "0 was Busy and is Gone")]
    [InlineData("  1 Gone", "", "1 (Gone) is gone")]
    [InlineData("  0 Busy", "  -1 Worse\n  0 Busy", "New ones go to the end")]
    [InlineData("  Read (collab.Revision)", "  ReadFrom (collab.Revision)", "Read ((collab.Revision) Task<collab.Note>) is gone")]
    [InlineData("Read (collab.Revision)", "Read (collab.Revision, Int32)", "Read was (collab.Revision)")]
    [InlineData("one-way ", "", "Tell was one-way")]
    [InlineData("INoteGrain note", "INoteGrain remark", "collab.INoteGrain was note and is remark")]
    public void What_the_older_version_would_misunderstand_is_told(string was, string @is, string sentence) =>
        Assert.Contains(Broken(was, @is), each => each.Contains(sentence, StringComparison.Ordinal));

    [Fact]
    public void A_number_between_those_that_are_taken_may_have_meant_something_before()
    {
        var released = WireContract.Parse("message collab.Note\n  0 Text String\n  2 Length Int32\n");
        var current = WireContract.Parse("message collab.Note\n  0 Text String\n  1 Size Int64\n  2 Length Int32\n");
        Assert.Contains(WireRules.Broken(released, current), each => each.Contains("Size Int64 has number 1", StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> Broken(string was, string @is) => WireRules.Broken(WireContract.Parse(Released), WireContract.Parse(Changed(was, @is)));

    private static string Changed(string was, string @is)
    {
        Assert.Contains(was, Released, StringComparison.Ordinal);
        return Released.Replace(was, @is, StringComparison.Ordinal);
    }
}
