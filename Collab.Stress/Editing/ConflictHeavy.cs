using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Ropes;
using Collab.Stress.Scenarios;

namespace Collab.Stress.Editing;

/// <summary>Everybody at one line: inserts at the same few places, deletes that overlap, and in rich text formats on top of each other. Every kind of conflict that there is.</summary>
internal sealed class ConflictHeavy : EditingScenario
{
    // The line stays about this long, whatever is typed.
    private const int Length = 40;

    private static readonly string[] Colors = ["red", "green", "blue"];

    public override string Name => "conflict-heavy";

    public override string Description => "everybody writes, deletes and formats in the same line, ten edits a second";

    public override ScenarioDefaults Defaults => new() { Clients = 8, Documents = 2, ThinkTime = TimeSpan.FromMilliseconds(100) };

    public override string Kind(int document) => document % 2 == 0 ? "text" : "richtext";

    public override string InitialText(Random random) => new('.', Length);

    public override Delta Edit(SequenceContent content, Random random, ref int caret)
    {
        int length = content.Length;
        // The longer the line, the more of it is deleted.
        bool isDelete = random.Next(2 * Length) < length;
        if (content.Form == DeltaForm.RichText && length > 0 && random.Next(3) == 0)
            return Format(content, random, out caret);
        if (isDelete)
            return Delete(content, random, out caret);

        caret = random.Next(4) * length / 4;
        string text = new((char)('a' + random.Next(26)), random.Next(1, 4));
        return new DeltaBuilder(content.Form).Retain(caret).Insert(text).Retain(length - caret).Build();
    }

    private static Delta Delete(SequenceContent content, Random random, out int caret)
    {
        var (start, end) = Range(content, random);
        caret = start;
        return new DeltaBuilder(content.Form).Retain(start).Delete(end - start).Retain(content.Length - end).Build();
    }

    private static Delta Format(SequenceContent content, Random random, out int caret)
    {
        var (start, end) = Range(content, random);
        caret = end;
        var color = Attributes.Of(("color", Colors[random.Next(Colors.Length)]));
        return new DeltaBuilder(content.Form).Retain(start).Retain(end - start, color).Retain(content.Length - end).Build();
    }

    // Short and anywhere, so that with a few authors some always overlap and some hold another's place of inserting.
    private static (int Start, int End) Range(SequenceContent content, Random random)
    {
        int start = random.Next(content.Length);
        return (start, Math.Min(content.Length, start + random.Next(1, 9)));
    }
}
