using System.Text;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Ropes;
using Collab.Operations.Text;

namespace Collab.Tests.Operations;

/// <summary>The laws of the algebra, for text and rich text alike.</summary>
public sealed class AlgebraLawTests
{
    private const int Scenarios = 1000;

    [Fact]
    public void Both_ways_round_the_diamond_end_in_one_document() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var first = edits.Delta(content);
        var second = edits.Delta(content);
        var (firstMoved, secondMoved) = Delta.TransformPair(first, second);

        Same(Apply(content, first, secondMoved), Apply(content, second, firstMoved));
        Assert.Equal(first.TargetLength, secondMoved.BaseLength);
        Assert.Equal(second.TargetLength, firstMoved.BaseLength);
    });

    [Fact]
    public void Rebase_is_transform_one_by_one_and_meets_the_mirrored_history() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var moved = edits.Delta(content);
        var (history, head) = History(edits, content, edits.Next(5));
        var rebased = (Delta)Kind(edits).Rebase(moved, history).Delta;

        // A client that has applied its own delta moves each incoming one over it, and must land where the authority does.
        var (own, here) = (moved, (SequenceContent)content.Apply(moved));
        foreach (var incoming in history)
        {
            (var theirs, own) = Delta.TransformPair(incoming, own);
            here = (SequenceContent)here.Apply(theirs);
        }

        Assert.Equal(rebased, own);
        Same(head.Apply(rebased), here);
    });

    [Fact]
    public void Compose_does_what_applying_in_turn_does() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var first = edits.Delta(content);
        var between = (SequenceContent)content.Apply(first);
        var second = edits.Delta(between);
        Same(between.Apply(second), content.Apply(first.Compose(second)));
    });

    [Fact]
    public void Compose_is_associative() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var (history, _) = History(edits, content, 3);
        var (a, b, c) = (history[0], history[1], history[2]);
        Assert.Equal(a.Compose(b).Compose(c), a.Compose(b.Compose(c)));
    });

    [Fact]
    public void Identity_is_neutral() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var delta = edits.Delta(content);
        var before = Delta.Identity(edits.Form, delta.BaseLength);
        var after = Delta.Identity(edits.Form, delta.TargetLength);
        Assert.True(before.IsIdentity);
        Assert.Same(content, content.Apply(before));
        Assert.Equal(delta, before.Compose(delta));
        Assert.Equal(delta, delta.Compose(after));
        Assert.Equal(delta, Delta.Transform(delta, before, TransformOrder.OverFirst));
        Assert.Equal(after, Delta.Transform(before, delta, TransformOrder.OverFirst));
    });

    [Fact]
    public void The_inverse_takes_a_delta_back_and_its_inverse_does_it_again() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var delta = edits.Delta(content);
        var after = (SequenceContent)content.Apply(delta);
        var inverse = delta.Invert(content);
        Same(content, after.Apply(inverse));
        Same(after, content.Apply(inverse.Invert(after)));
    });

    [Fact]
    public void Every_result_is_in_normal_form() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var first = edits.Delta(content);
        var second = edits.Delta(content);
        var next = edits.Delta((SequenceContent)content.Apply(first));
        Delta[] results =
        [
            first, first.Compose(next), first.Invert(content), Delta.Transform(first, second, TransformOrder.OverFirst),
            Delta.Transform(first, second, TransformOrder.DeltaFirst), Delta.Between(content, (SequenceContent)content.Apply(first)),
        ];
        foreach (var delta in results) RequireNormal(delta);
    });

    [Fact]
    public void However_a_delta_is_cut_up_its_normal_form_is_one() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var delta = edits.Delta(content);
        Assert.Equal(delta, CutUp(delta, edits).Build());
    });

    [Fact]
    public void Encoding_and_decoding_a_delta_is_the_identity() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var delta = edits.Delta(content);
        var json = Notation.Json(delta);
        var decoded = (Delta)Kind(edits).DecodeDelta(Encoding.UTF8.GetBytes(json), DeltaLimits.Default);
        Assert.Equal(delta, decoded);
        Assert.Equal(delta.TargetLength, decoded.TargetLength);
        Assert.Equal(json, Notation.Json(decoded));
    });

    [Fact]
    public void Encoding_and_decoding_content_is_the_identity() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var (_, head) = History(edits, content, 2);
        var decoded = Kind(edits).DecodeContent(Encoding.UTF8.GetBytes(Notation.Json(head)));
        Same(head, decoded);
        Assert.Equal(head.Length, decoded.Length);
        Assert.Equal(head.ToString(), decoded.ToString());
    });

    [Fact]
    public void The_hash_is_that_of_the_flat_content() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var (_, head) = History(edits, content, 2);
        var flat = edits.Form == DeltaForm.Text ? head.ToString()! : Notation.Json(head);
        var hash = flat.Aggregate(2166136261u, (hash, unit) => unchecked((hash ^ unit) * 16777619u));
        Assert.Equal(hash, head.Hash());
    });

    [Fact]
    public void Between_two_contents_is_a_delta_from_one_to_the_other() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var from = (SequenceContent)content.Apply(edits.Delta(content));
        var to = edits.Chance(80) ? (SequenceContent)content.Apply(edits.Delta(content)) : edits.Content(20);
        Same(to, from.Apply(Delta.Between(from, to)));
        Assert.True(Delta.Between(to, (SequenceContent)Kind(edits).DecodeContent(Encoding.UTF8.GetBytes(Notation.Json(to)))).IsIdentity);
    });

    [Fact]
    public void A_position_moves_as_a_mark_in_the_text_would() => Laws.Hold(Scenarios, (edits, content) =>
    {
        var delta = edits.Delta(content);
        var after = content.Apply(delta).ToString()!;
        var last = (Before: 0, After: 0);
        for (var position = 0; position <= content.Length; position++)
        {
            var before = delta.TransformPosition(position, CaretSide.BeforeInsert);
            var behind = delta.TransformPosition(position, CaretSide.AfterInsert);
            Assert.Equal(MarkedPosition(delta, position, CaretSide.BeforeInsert), before);
            Assert.Equal(MarkedPosition(delta, position, CaretSide.AfterInsert), behind);
            Assert.InRange(before, last.Before, behind);
            Assert.InRange(behind, last.After, after.Length);
            last = (before, behind);
        }

        // Positions between characters stay between characters.
        var legal = edits.Position(content);
        var moved = delta.TransformSelection(new Selection(legal, content.Length), CaretSide.BeforeInsert);
        Assert.False(moved.Anchor > 0 && moved.Anchor < after.Length && char.IsLowSurrogate(after[moved.Anchor]));
    });

    private static IDocumentKind Kind(RandomEdits edits) => edits.Form == DeltaForm.Text ? TextKind.Instance : RichTextKind.Instance;

    private static (List<Delta> History, SequenceContent Head) History(RandomEdits edits, SequenceContent content, int count)
    {
        var history = new List<Delta>();
        for (var i = 0; i < count; i++)
        {
            history.Add(edits.Delta(content));
            content = (SequenceContent)content.Apply(history[^1]);
        }

        return (history, content);
    }

    private static SequenceContent Apply(SequenceContent content, params ReadOnlySpan<Delta> deltas)
    {
        foreach (var delta in deltas) content = (SequenceContent)content.Apply(delta);
        return content;
    }

    private static void Same(IContent expected, IContent actual)
    {
        Assert.Equal(Notation.Json(expected), Notation.Json(actual));
        Assert.Equal(expected.Length, actual.Length);
    }

    /// <summary>The same delta in as many pieces as it has, in the order that normal form forbids.</summary>
    private static DeltaBuilder CutUp(Delta delta, RandomEdits edits)
    {
        var builder = new DeltaBuilder(delta.Form);
        for (var i = 0; i < delta.Components.Length; i++)
        {
            var component = delta.Components[i];

            // Deletes before and after the inserts at their place, instead of behind them.
            var deletes = 0;
            if (component.Kind == ComponentKind.Insert)
            {
                var next = i;
                while (next < delta.Components.Length && delta.Components[next].Kind == ComponentKind.Insert) next++;
                if (next == i + 1 && next < delta.Components.Length && delta.Components[next].Kind == ComponentKind.Delete)
                {
                    deletes = delta.Components[next].Length;
                    var before = edits.Next(deletes + 1);
                    builder.Delete(before);
                    deletes -= before;
                    i++;
                }
            }

            for (var at = 0; at < component.Length;)
            {
                var length = 1 + edits.Next(component.Length - at);
                if (component.Kind == ComponentKind.Insert && component.Embed is null && at + length < component.Length
                    && char.IsLowSurrogate(component.Text[at + length])) length++;
                switch (component.Kind)
                {
                    case ComponentKind.Retain: builder.Retain(length, component.Attributes); break;
                    case ComponentKind.Delete: builder.Delete(length); break;
                    default:
                        if (component.Embed is { } embed) builder.Insert(embed, component.Attributes);
                        else builder.Insert(component.Text.Slice(at, length).ToString(), component.Attributes);
                        break;
                }

                at += length;
            }

            builder.Delete(deletes);
        }

        return builder;
    }

    private static void RequireNormal(Delta delta)
    {
        int baseLength = 0, targetLength = 0;
        for (var i = 0; i < delta.Components.Length; i++)
        {
            var component = delta.Components[i];
            Assert.True(component.Length > 0);
            if (component.Kind != ComponentKind.Insert) baseLength += component.Length;
            if (component.Kind != ComponentKind.Delete) targetLength += component.Length;
            if (i == 0) continue;
            var last = delta.Components[i - 1];
            Assert.False(last.Kind == ComponentKind.Delete && component.Kind != ComponentKind.Retain, $"{delta} has something behind a delete.");
            var alike = last.Kind == component.Kind && Equals(last.Attributes, component.Attributes) && last.Embed is null && component.Embed is null;
            Assert.False(alike, $"{delta} has neighbours that are alike.");
        }

        Assert.Equal(baseLength, delta.BaseLength);
        Assert.Equal(targetLength, delta.TargetLength);
    }

    /// <summary>Where a mark put at the position ends up, found unit by unit.</summary>
    private static int MarkedPosition(Delta delta, int position, CaretSide side)
    {
        var (at, target) = (0, 0);
        foreach (var component in delta.Components)
        {
            for (var i = 0; i < component.Length; i++)
            {
                if (component.Kind == ComponentKind.Insert)
                {
                    if (at == position && side == CaretSide.BeforeInsert) return target;
                    target += component.Length;
                    break;
                }

                if (at == position) return target;
                at++;
                if (component.Kind == ComponentKind.Retain) target++;
            }
        }

        return target;
    }
}
