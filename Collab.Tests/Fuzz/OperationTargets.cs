using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Collab.Contracts;
using Collab.Grains.Documents;
using Collab.Grains.Log;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Ropes;
using Collab.Operations.Text;
using Collab.Tests.Operations;

namespace Collab.Tests.Fuzz;

/// <summary>Deltas, contents, and what the log has of them.</summary>
internal static partial class OperationTargets
{
    // Contents that a delta of this base length is applied to: larger ones show nothing more, and cost.
    private const int ContentLimit = 2_000;

    public static IEnumerable<FuzzTarget> All() =>
    [
        new("text-delta", Deltas(DeltaForm.Text), input => Delta(TextKind.Instance, input)),
        new("richtext-delta", Deltas(DeltaForm.RichText), input => Delta(RichTextKind.Instance, input)),
        new("text-content", Contents(DeltaForm.Text), input => Content(TextKind.Instance, input)),
        new("richtext-content", Contents(DeltaForm.RichText), input => Content(RichTextKind.Instance, input)),
        new("log-row", [.. Deltas(DeltaForm.RichText).Select((delta, index) => RowOf(delta, index))], Row),
    ];

    /// <summary>An error's text without what differs from input to input.</summary>
    public static string Shape(string message) => Number().Replace(message, "#");

    private static string Delta(IDocumentKind kind, byte[] input)
    {
        Delta delta;
        try
        {
            delta = (Delta)kind.DecodeDelta(input, DeltaLimits.Default);
        }
        catch (DeltaFormatException refused)
        {
            Require(refused.Message.Length < 300, "The refusal is long: does it quote what was sent?");
            return Shape(refused.Message);
        }

        byte[] encoded = Bytes(delta.Encode);
        var again = (Delta)kind.DecodeDelta(encoded, DeltaLimits.Default with { Bytes = int.MaxValue });
        Require(delta.Equals(again), "What was encoded decodes to another delta.");
        Require(encoded.AsSpan().SequenceEqual(Bytes(again.Encode)), "Encoding twice gives other bytes.");
        Require(delta.BaseLength == again.BaseLength && delta.TargetLength == again.TargetLength, "The lengths changed.");
        return $"{string.Concat(delta.Components.ToArray().Take(6).Select(Letter))}: {Apply(kind, delta)}";
    }

    private static char Letter(Component component) => component.Kind switch
    {
        ComponentKind.Retain => component.Attributes is null ? '=' : '~',
        ComponentKind.Delete => '-',
        _ => component.Embed is not null ? 'e' : component.Attributes is null ? '+' : 'a',
    };

    /// <summary>It fits one length and no other; it may cut a surrogate pair, and then it is refused; it can be taken back; moved over others it still fits.</summary>
    private static string Apply(IDocumentKind kind, Delta delta)
    {
        var wrong = Document(kind, delta.BaseLength == 3 ? 4 : 3);
        try
        {
            wrong.Apply(delta);
            throw new FuzzException("It was applied to content of another length than its base.");
        }
        catch (LengthMismatchException)
        {
            // As it should be.
        }

        if (delta.BaseLength > ContentLimit)
            return "long";
        var content = Document(kind, delta.BaseLength);
        IContent after;
        try
        {
            after = content.Apply(delta);
        }
        catch (DeltaFormatException cut)
        {
            return Shape(cut.Message);
        }

        Require(after.Length == delta.TargetLength, "The content has another length than the delta's target.");
        Require(kind.DecodeContent(Bytes(after.Encode)).Hash() == after.Hash(), "The content decodes to another.");
        if (content is SequenceContent before)
            Require(after.Apply(delta.Invert(before)).Hash() == content.Hash(), "Its inverse does not take it back.");
        var other = new DeltaBuilder(delta.Form).Insert("😀").Retain(delta.BaseLength).Build();
        var (first, second) = kind.Transform(other, delta);
        Require(content.Apply(other).Apply(second).Hash() == after.Apply(first).Hash(), "Both ways around the diamond end in different content.");
        return "applied";
    }

    private static string Content(IDocumentKind kind, byte[] input)
    {
        IContent content;
        try
        {
            content = kind.DecodeContent(input);
        }
        catch (DeltaFormatException refused)
        {
            Require(refused.Message.Length < 300, "The refusal is long: does it quote what was sent?");
            return Shape(refused.Message);
        }

        byte[] encoded = Bytes(content.Encode);
        var again = kind.DecodeContent(encoded);
        Require(content.Length == again.Length && content.Hash() == again.Hash() && encoded.AsSpan().SequenceEqual(Bytes(again.Encode)), "The content decodes to another.");
        return $"content of {Math.Min(content.Length, 40)}";
    }

    // What the checksum would have found is not repeated here; what gets by it must not be worse than damage.
    private static string Row(byte[] input)
    {
        string outcome;
        try
        {
            var entry = WindowEntry.Read(RichTextKind.Instance, new LogRecord(new Revision(1), new SessionId("s"), 1, 0, input));
            outcome = $"row: {((Delta)entry.Delta).Components.Length}, {entry.Author.Length}";
        }
        catch (Exception damage) when (damage is DeltaFormatException or InvalidDataException or System.Text.Json.JsonException)
        {
            outcome = $"{damage.GetType().Name} {(damage is DeltaFormatException ? Shape(damage.Message) : "")}";
        }

        try
        {
            OperationEncoding.ReadTime(input);
            return outcome + ", timed";
        }
        catch (Exception damage) when (damage is InvalidDataException or System.Text.Json.JsonException)
        {
            return outcome;
        }
    }

    /// <summary>Of this length, with pairs of surrogates here and there.</summary>
    private static IContent Document(IDocumentKind kind, int length)
    {
        var text = new StringBuilder(length);
        while (text.Length < length)
            text.Append(text.Length % 7 == 3 && text.Length + 2 <= length ? "😀" : "a");
        var builder = new DeltaBuilder(kind == TextKind.Instance ? DeltaForm.Text : DeltaForm.RichText).Insert(text.ToString());
        IContent empty = kind == TextKind.Instance ? TextContent.Empty : RichTextContent.Empty;
        return empty.Apply(builder.Build());
    }

    private static byte[][] Deltas(DeltaForm form)
    {
        var edits = new RandomEdits(1, form);
        var list = new List<byte[]> { "[]"u8.ToArray(), """[5,"abc",-3]"""u8.ToArray(), """[{"retain":5,"attributes":{"bold":true,"a":[1,{"b":2}]}},{"insert":{"image":"x"}},{"insert":"y"},{"delete":2}]"""u8.ToArray() };
        for (int i = 0; i < 60; i++)
            list.Add(Bytes(edits.Delta(edits.Content(40)).Encode));
        return [.. list];
    }

    private static byte[][] Contents(DeltaForm form)
    {
        var edits = new RandomEdits(2, form);
        return [.. Enumerable.Range(0, 40).Select(_ => Bytes(edits.Content(60).Encode))];
    }

    private static byte[] RowOf(byte[] delta, int index) =>
        OperationEncoding.Encode(new SessionId("anna"), index + 1, index % 2 == 0 ? "Anna \"ü\"" : "", DateTimeOffset.UnixEpoch.AddDays(20_000), delta, index % 3 == 0 ? """[{"kind":"x"}]"""u8 : default);

    private static byte[] Bytes(Action<IBufferWriter<byte>> encode)
    {
        var output = new ArrayBufferWriter<byte>();
        encode(output);
        return output.WrittenSpan.ToArray();
    }

    private static void Require(bool law, string otherwise)
    {
        if (!law)
            throw new FuzzException(otherwise);
    }

    [GeneratedRegex(@"-?[\d.,]+(e[+-]?\d+)?")]
    private static partial Regex Number();
}
