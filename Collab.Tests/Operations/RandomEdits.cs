using System.Text;
using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Ropes;
using Collab.Operations.Text;

namespace Collab.Tests.Operations;

/// <summary>
/// Contents and deltas out of a seed, biased to where things break: emoji that share a surrogate, ZWJ sequences, what JSON escapes,
/// empty documents, whole-document deletes, edits that meet at one place.
/// </summary>
internal sealed class RandomEdits(int seed, DeltaForm form)
{
    private static readonly string[] Pieces =
    [
        "a", "b", "c", "x", "y", " ", "the", "quick", "\n", "\t", "\"", "\\", "/", "\u0000", "\u001f", "\u007f", "é", "ß", "中", "文", "\u2028", "\ufeff",
        "\uffff", "e\u0301", "😀", "😁", "🏳️‍🌈", "👩‍👩‍👧‍👦", "🇩🇪", "\U00010000", "\U0010FFFF",
    ];

    private static readonly string[] Embeds =
        ["""{"image":"https://example.org/ä.png"}""", """{"image":"b"}""", """{"formula":{"tex":"e=mc^2","n":[1,2.5,null]}}""", """{"divider":true}"""];

    private static readonly string[] Names = ["bold", "italic", "color", "link", "ß", "😀"];

    private static readonly string[] Values = ["true", "true", "\"red\"", "\"blue\"", "1", "1.5e-7", """{"a":[1,{"b":null}]}"""];

    // The seeded generator of .NET keeps its sequence from version to version; conformance vectors rely on it.
    private readonly Random _random = new(seed);

    public DeltaForm Form => form;

    public int Next(int below) => _random.Next(below);

    public bool Chance(int percent) => _random.Next(100) < percent;

    /// <summary>Content of about <paramref name="size"/> code units at most; often much smaller, sometimes empty.</summary>
    public SequenceContent Content(int size)
    {
        var builder = new DeltaBuilder(form);
        var runs = Chance(10) ? 0 : 1 + Next(4);
        for (var i = 0; i < runs; i++) Insert(builder, 1 + Next(1 + (size / 4)));
        var empty = form == DeltaForm.Text ? (SequenceContent)TextContent.Empty : RichTextContent.Empty;
        return (SequenceContent)empty.Apply(builder.Build());
    }

    /// <summary>A delta that fits the content.</summary>
    public Delta Delta(SequenceContent content)
    {
        var text = content.ToString()!;
        var builder = new DeltaBuilder(form);
        switch (Next(20))
        {
            case 0:
                return builder.Retain(text.Length).Build();
            case 1:
                if (Chance(50)) Insert(builder, 3);
                return builder.Delete(text.Length).Build();
            case < 8:
                return Single(builder, text);
        }

        // Few long pieces or many short ones.
        var stride = 1 + Next(1 + Math.Max(2, text.Length / (1 + Next(8))));
        var at = 0;
        while (at < text.Length)
        {
            // At the high half of a pair one unit is no step; then it is two.
            var next = Boundary(text, Math.Min(text.Length, at + 1 + Next(stride)));
            if (next == at) next += 2;
            if (Chance(25)) Insert(builder, 1 + Next(4));
            if (Chance(30)) builder.Delete(next - at);
            else builder.Retain(next - at, Chance(40) ? Change() : null);
            at = next;
        }

        if (Chance(25)) Insert(builder, 1 + Next(4));
        return builder.Build();
    }

    /// <summary>A position of the content that parts no surrogate pair.</summary>
    public int Position(SequenceContent content)
    {
        var text = content.ToString()!;
        return Boundary(text, Next(text.Length + 1));
    }

    public string Text(int pieces)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pieces; i++) text.Append(Pieces[Next(Pieces.Length)]);
        return text.ToString();
    }

    /// <summary>One keystroke, as most real edits are: it makes concurrent edits meet in small documents.</summary>
    private Delta Single(DeltaBuilder builder, string text)
    {
        var start = Boundary(text, Next(text.Length + 1));
        var end = Boundary(text, Math.Min(text.Length, start + Next(6)));
        builder.Retain(start);
        if (Chance(60)) Insert(builder, 1);
        if (Chance(50)) builder.Delete(end - start);
        else builder.Retain(end - start, Chance(60) ? Change() : null);
        return builder.Retain(text.Length - end).Build();
    }

    private void Insert(DeltaBuilder builder, int pieces)
    {
        if (form == DeltaForm.Text) builder.Insert(Text(pieces));
        else if (Chance(20)) builder.Insert(Embed.Parse(Embeds[Next(Embeds.Length)]), Format());
        else builder.Insert(Text(pieces), Format());
    }

    private Attributes? Format() => form == DeltaForm.Text || Chance(50) ? null : Members(allowsNull: false);

    private Attributes? Change() => form == DeltaForm.Text ? null : Members(allowsNull: true);

    private Attributes Members(bool allowsNull)
    {
        var names = Names.OrderBy(_ => Next(1000)).Take(1 + Next(2)).ToArray();
        return Attributes.Of([.. names.Select(name => (name, allowsNull && Chance(30) ? AttributeValue.Null : Value()))]);
    }

    private AttributeValue Value() => AttributeValue.Parse(Values[Next(Values.Length)]);

    private static int Boundary(string text, int position) =>
        position > 0 && position < text.Length && char.IsLowSurrogate(text[position]) ? position - 1 : position;
}
