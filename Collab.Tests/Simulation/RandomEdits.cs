using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Ropes;

namespace Collab.Tests.Simulation;

/// <summary>Edits as a hasty person makes them. Every character inserted is one of a kind, so that each can be counted in the end.</summary>
internal sealed class RandomEdits(Random random)
{
    private const int FirstInPlane = 0x4E00;
    private const int FirstBeyond = 0x20000;

    private int _inserted;

    /// <summary>An edit of <paramref name="content"/>, and which characters it inserts and deletes.</summary>
    public (IDelta Delta, IReadOnlyList<int> Inserted, IReadOnlyList<int> Deleted) Next(IContent content)
    {
        var sequence = (SequenceContent)content;
        string text = content.ToString()!;
        var builder = new DeltaBuilder(sequence.Form);
        List<int> inserted = [], deleted = [];
        int start = Boundary(text, random.Next(text.Length + 1));
        int end = Boundary(text, Math.Min(text.Length, start + random.Next(1, 8)));
        builder.Retain(start);
        switch (random.Next(10))
        {
            case 0 when text.Length > 20:
                // Everything goes; what stands before the edit was retained already.
                Delete(text.Length);
                break;
            case <= 3 when end > start:
                Delete(end);
                break;
            case 4 when end > start:
                Delete(end);
                Insert();
                break;
            case <= 6 when sequence.Form == DeltaForm.RichText && end > start:
                builder.Retain(end - start, Format(mayRemove: true));
                break;
            default:
                end = start;
                Insert();
                break;
        }

        return (builder.Retain(text.Length - end).Build(), inserted, deleted);

        void Insert()
        {
            if (sequence.Form == DeltaForm.RichText && random.Next(6) == 0)
            {
                builder.Insert(Embed.Parse("""{"image":"x"}"""), Format(mayRemove: false));
                return;
            }

            var runes = new System.Text.StringBuilder();
            for (int i = random.Next(1, 4); i > 0; i--)
            {
                // One in four outside the basic plane: two code units that must never be parted.
                var rune = new System.Text.Rune((random.Next(4) == 0 ? FirstBeyond : FirstInPlane) + _inserted++);
                inserted.Add(rune.Value);
                runes.Append(rune);
            }

            builder.Insert(runes.ToString(), sequence.Form == DeltaForm.RichText && random.Next(2) == 0 ? Format(mayRemove: false) : null);
        }

        void Delete(int until)
        {
            end = until;
            builder.Delete(end - start);
            deleted.AddRange(text[start..end].EnumerateRunes().Select(rune => rune.Value));
        }
    }

    private Attributes Format(bool mayRemove) => random.Next(mayRemove ? 5 : 4) switch
    {
        0 => Attributes.Of(("bold", true)),
        1 => Attributes.Of(("color", "red")),
        2 => Attributes.Of(("color", "blue")),
        3 => Attributes.Of(("bold", true), ("color", "green")),
        _ => Attributes.Of(("color", AttributeValue.Null), ("bold", AttributeValue.Null)),
    };

    private static int Boundary(string text, int position) =>
        position > 0 && position < text.Length && char.IsLowSurrogate(text[position]) ? position - 1 : position;
}
