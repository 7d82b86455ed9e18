using System.Buffers;
using System.Text;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.Ropes;
using Collab.Operations.Text;

namespace Collab.Tests.Operations;

/// <summary>The rope against a plain string, and what an edit of it costs in memory.</summary>
public sealed class RopeTests
{
    private const int TenMegabytes = 10_000_000;

    [Fact]
    public void A_long_series_of_edits_leaves_what_it_leaves_of_a_string() => Laws.HoldForScenarios(40, (scenario, form) =>
    {
        if (form != DeltaForm.Text) return;
        var edits = scenario.Edits(form);
        SequenceContent content = TextContent.Empty;
        var model = "";
        for (var i = 0; i < 300; i++)
        {
            var delta = edits.Chance(70) ? Grow(edits, content) : edits.Delta(content);
            content = (SequenceContent)content.Apply(delta);
            model = ApplyToString(model, delta);
            Assert.Equal(model.Length, content.Length);
        }

        Assert.Equal(model, content.ToString());
        var (start, end) = (edits.Next(model.Length + 1), edits.Next(model.Length + 1));
        if (start > end) (start, end) = (end, start);
        Assert.Equal(model[start..end], ((TextContent)content).Slice(start, end - start));
    });

    [Fact]
    public void Earlier_revisions_stay_what_they_were() => Laws.Hold(200, (edits, content) =>
    {
        var revisions = new List<(SequenceContent Content, string Json)> { (content, Notation.Json(content)) };
        for (var i = 0; i < 20; i++)
        {
            content = (SequenceContent)content.Apply(edits.Delta(content));
            revisions.Add((content, Notation.Json(content)));
        }

        foreach (var (revision, json) in revisions) Assert.Equal(json, Notation.Json(revision));
    });

    [Theory]
    [InlineData(20_000, 2_000)]
    [InlineData(TenMegabytes, 3_000)]
    public void A_keystroke_allocates_a_leaf_and_a_path_whatever_the_size(int size, int bytesLimit)
    {
        var content = (IContent)TextContent.From(new string('a', size));
        var random = new Random(1);
        var deltas = Enumerable.Range(0, 200).Select(i => Keystroke(random.Next(size + i), size + i)).ToArray();
        content.Apply(deltas[0]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var delta in deltas) content = content.Apply(delta);
        var perEdit = (GC.GetAllocatedBytesForCurrentThread() - before) / deltas.Length;

        Assert.InRange(perEdit, 1, bytesLimit);
    }

    [Fact]
    public void Typing_at_one_place_allocates_no_more_at_the_end_than_at_the_start()
    {
        const int Base = 20_000;
        var content = (IContent)TextContent.From(new string('a', Base));
        var deltas = Enumerable.Range(0, 5_000).Select(i => Keystroke((Base / 2) + i, Base + i)).ToArray();
        content.Apply(deltas[0]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var delta in deltas) content = content.Apply(delta);

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / deltas.Length, 1, 2_000);
        Assert.Equal(Base + deltas.Length, content.Length);
    }

    [Fact]
    public void Deleting_nearly_everything_does_not_leave_a_leaf_for_each_word()
    {
        var content = (IContent)TextContent.From(new string('a', 1_000_000));
        var thin = new DeltaBuilder(DeltaForm.Text);
        for (var i = 0; i < 10_000; i++) thin.Retain(1).Delete(99);
        content = content.Apply(thin.Build());
        Assert.Equal(10_000, content.Length);
        Assert.InRange(content.Bytes, 20_000, 60_000);

        // And one by one, back to front.
        content = TextContent.From(new string('a', 100_000));
        for (var i = 999; i >= 0; i--)
            content = content.Apply(new DeltaBuilder(DeltaForm.Text).Retain(i * 100).Delete(99).Retain(content.Length - (i * 100) - 99).Build());
        Assert.Equal(1_000, content.Length);
        Assert.InRange(content.Bytes, 2_000, 8_000);
    }

    [Fact]
    public void Ten_megabytes_are_written_in_pieces_and_read_back()
    {
        var text = string.Concat(Enumerable.Repeat("line of text with \"quotes\", ünïcödé and 😀\n", TenMegabytes / 43));
        var content = TextContent.From(text);
        var output = new LargestPiece();
        content.Encode(output);
        Assert.InRange(output.Largest, 1, 64 * 1024);

        var read = TextKind.Instance.DecodeContent(output.Written);
        Assert.Equal(content.Hash(), read.Hash());
        Assert.Equal(text, read.ToString());
        Assert.Equal(System.Text.Json.JsonSerializer.Deserialize<string>(output.Written), text);
    }

    [Fact]
    public void A_tree_stays_balanced_when_it_grows_at_one_end()
    {
        IContent content = TextContent.Empty;
        var piece = new string('a', 200);
        for (var i = 0; i < 3_000; i++)
        {
            var position = i % 2 == 0 ? content.Length : 0;
            content = content.Apply(new DeltaBuilder(DeltaForm.Text).Retain(position).Insert(piece).Retain(content.Length - position).Build());
        }

        Assert.Equal(600_000, content.Length);

        // An AVL tree of at most 3000 leaves is at most 16 high.
        Assert.InRange(((SequenceContent)content).Root!.Height, 10, 16);
        RequireBalance(((SequenceContent)content).Root!);
    }

    [Fact]
    public void Every_tree_is_balanced_and_parts_no_pair() => Laws.Hold(300, (edits, content) =>
    {
        for (var i = 0; i < 10; i++) content = (SequenceContent)content.Apply(edits.Delta(content));
        if (content.Root is not null) RequireBalance(content.Root);
    });

    private static void RequireBalance(Node node)
    {
        if (node is Leaf leaf)
        {
            Assert.InRange(leaf.Length, 1, Rope.LeafLimit);
            if (leaf.Embed is null) Assert.False(char.IsLowSurrogate(leaf.Text[0]) || char.IsHighSurrogate(leaf.Text[^1]));
            return;
        }

        var branch = (Branch)node;
        Assert.InRange(branch.Left.Height - branch.Right.Height, -1, 1);
        Assert.Equal(branch.Left.Length + branch.Right.Length, branch.Length);
        RequireBalance(branch.Left);
        RequireBalance(branch.Right);
    }

    private static Delta Keystroke(int position, int length) =>
        new DeltaBuilder(DeltaForm.Text).Retain(position).Insert("x").Retain(length - position).Build();

    private static Delta Grow(RandomEdits edits, SequenceContent content)
    {
        var position = edits.Position(content);
        return new DeltaBuilder(DeltaForm.Text).Retain(position).Insert(edits.Text(1 + edits.Next(20))).Retain(content.Length - position).Build();
    }

    private static string ApplyToString(string text, Delta delta)
    {
        var result = new StringBuilder();
        var at = 0;
        foreach (var component in delta.Components)
        {
            if (component.Kind == ComponentKind.Insert) result.Append(component.Text);
            if (component.Kind == ComponentKind.Retain) result.Append(text, at, component.Length);
            if (component.Kind != ComponentKind.Insert) at += component.Length;
        }

        return result.ToString();
    }

    /// <summary>Remembers the largest piece of memory that was asked for at once.</summary>
    private sealed class LargestPiece : IBufferWriter<byte>
    {
        private readonly ArrayBufferWriter<byte> _written = new();

        public int Largest { get; private set; }

        public ReadOnlySpan<byte> Written => _written.WrittenSpan;

        public void Advance(int count) => _written.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0) => _written.GetMemory(Seen(sizeHint));

        public Span<byte> GetSpan(int sizeHint = 0) => _written.GetSpan(Seen(sizeHint));

        private int Seen(int sizeHint)
        {
            Largest = Math.Max(Largest, sizeHint);
            return sizeHint;
        }
    }
}
