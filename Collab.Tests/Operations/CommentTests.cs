using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Ropes;
using Collab.Operations.Text;

namespace Collab.Tests.Operations;

/// <summary>What a commenter may change: attributes named <c>comment</c> or <c>comment-…</c>, and nothing of the content.</summary>
public sealed class CommentTests
{
    private static readonly RichTextKind Rich = RichTextKind.Instance;

    [Theory]
    [InlineData("""[{"retain":5}]""", true)]
    [InlineData("""[{"retain":5,"attributes":{"comment":"c7"}}]""", true)]
    [InlineData("""[{"retain":2},{"retain":3,"attributes":{"comment-7":{"by":"ann"},"comment":null}}]""", true)]
    [InlineData("""[{"retain":5,"attributes":{"comment-":true}}]""", true)]
    [InlineData("""[{"retain":5,"attributes":{"comments":true}}]""", false)]
    [InlineData("""[{"retain":5,"attributes":{"Comment":true}}]""", false)]
    [InlineData("""[{"retain":5,"attributes":{"bold":true,"comment":"c7"}}]""", false)]
    [InlineData("""[{"retain":5,"attributes":{"bold":null}}]""", false)]
    [InlineData("""[{"insert":"x"},{"retain":5}]""", false)]
    [InlineData("""[{"insert":"x","attributes":{"comment":"c7"}},{"retain":5}]""", false)]
    [InlineData("""[{"retain":4},{"delete":1}]""", false)]
    [InlineData("""[{"retain":5,"attributes":{"comment":"c7"}},{"insert":{"image":"a"}}]""", false)]
    public void Rich_text_takes_comments_and_nothing_else(string delta, bool isComment) =>
        Assert.Equal(isComment, Rich.ChangesOnlyComments(Rich.DecodeDelta(System.Text.Encoding.UTF8.GetBytes(delta), DeltaLimits.Default)));

    [Theory]
    [InlineData("[5]", true)]
    [InlineData("[5,\"x\"]", false)]
    [InlineData("[4,-1]", false)]
    public void Plain_text_has_no_comments(string delta, bool isComment) =>
        Assert.Equal(isComment, TextKind.Instance.ChangesOnlyComments(TextKind.Instance.DecodeDelta(System.Text.Encoding.UTF8.GetBytes(delta), DeltaLimits.Default)));

    [Fact]
    public void A_comment_leaves_the_text_and_every_other_attribute_as_they_were() => Laws.Hold(500, (edits, content) =>
    {
        var delta = edits.Chance(50) ? edits.Delta(content) : Comment(edits, content);
        if (!Kind(edits).ChangesOnlyComments(delta))
            return;
        var after = (SequenceContent)content.Apply(delta);
        Assert.Equal(content.ToString(), after.ToString());
        if (edits.Form == DeltaForm.RichText)
            Assert.Equal(WithoutComments(content), WithoutComments(after));
    });

    [Fact]
    public void A_comment_moved_over_anything_is_still_one() => Laws.Hold(500, (edits, content) =>
    {
        var comment = Comment(edits, content);
        Assert.True(Kind(edits).ChangesOnlyComments(comment));
        List<IDelta> over = [];
        var head = content;
        for (int i = 0; i < 3; i++)
        {
            over.Add(edits.Delta(head));
            head = (SequenceContent)head.Apply(over[^1]);
        }

        Assert.True(Kind(edits).ChangesOnlyComments(Kind(edits).Rebase(comment, over).Delta));
    });

    private static SequenceKind Kind(RandomEdits edits) => edits.Form == DeltaForm.Text ? TextKind.Instance : RichTextKind.Instance;

    private static Delta Comment(RandomEdits edits, SequenceContent content)
    {
        int from = edits.Position(content), to = edits.Position(content);
        (from, to) = (Math.Min(from, to), Math.Max(from, to));
        var attributes = edits.Form == DeltaForm.Text ? null : Attributes.Of(("comment", AttributeValue.Parse($"\"c{edits.Next(9)}\"")), ($"comment-{edits.Next(9)}", AttributeValue.Null));
        return new DeltaBuilder(edits.Form).Retain(from).Retain(to - from, attributes).Retain(content.Length - to).Build();
    }

    // What the content would be if every comment on it was removed.
    private static string WithoutComments(SequenceContent content)
    {
        var encoded = new System.Buffers.ArrayBufferWriter<byte>();
        content.Encode(encoded);
        var inserts = System.Text.Json.Nodes.JsonNode.Parse(encoded.WrittenSpan)!.AsArray();
        var plain = new System.Text.StringBuilder();
        foreach (var insert in inserts)
        {
            var kept = insert!["attributes"]?.AsObject().Where(attribute => !attribute.Key.StartsWith("comment", StringComparison.Ordinal)).Select(attribute => $"{attribute.Key}={attribute.Value?.ToJsonString()}") ?? [];
            string format = string.Join(',', kept);
            string text = insert["insert"] is System.Text.Json.Nodes.JsonValue value ? value.GetValue<string>() : $"{{{insert["insert"]!.ToJsonString()}}}";
            foreach (char unit in text)
                plain.Append(unit).Append('[').Append(format).Append(']');
        }

        return plain.ToString();
    }
}
