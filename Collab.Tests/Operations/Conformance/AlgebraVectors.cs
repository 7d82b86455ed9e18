using Collab.Operations;
using Collab.Operations.Conflicts;
using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Ropes;
using Collab.Operations.Text;
using static Collab.Tests.Operations.Conformance.VectorFile;

namespace Collab.Tests.Operations.Conformance;

/// <summary>Vectors of the algebra: the cases worth naming, then random ones from a fixed seed.</summary>
internal static class AlgebraVectors
{
    private const int RandomOfEach = 24;

    // Content, and two deltas that both apply to it. "T" is text, "R" rich text.
    private static readonly (string Form, string Content, string First, string Second)[] Pairs =
    [
        ("T", "abcd", "=4 +x", "+abc =4"),
        ("T", "abcd", "=2 +abc =2", "=2 +x =2"),
        ("T", "", "+abc", "+x"),
        ("T", "abcd", "-2 =2", "=1 +x =3"),
        ("T", "abcd", "-2 =2", "=2 +x =2"),
        ("T", "abcd", "-4", "-4"),
        ("T", "abcd", "-4", "=1 -2 =1"),
        ("T", "abcdef", "-3 =3", "=2 -3 =1"),
        ("T", "abcd", "=1 +xy -2 =1", "=2 +1 =2"),
        ("T", "abcd", "=1 +xy -2 =1", "=1 +z -2 =1"),
        ("T", "abcd", "=4", "-4"),
        ("T", "abcdef", "-6", "=1 +x =2 +y =3"),
        ("T", "😀😁", "=2 -2", "=2 +😁 =2"),
        ("T", "👩‍👩‍👧‍👦!", "=11 -1", "=2 -1 =9"),
        ("R", "+abcd", "=4{bold:true}", "=4{bold:null}"),
        ("R", "+abcd", "=4{bold:true}", "=4{bold:true}"),
        ("R", "+abcd", "=4{bold:true}", "=4{italic:true}"),
        ("R", "+abcd", "=2{color:red} =2", "=1 =2{color:blue,bold:true} =1"),
        ("R", "+abcd", "-3 =1", "=2{bold:true} =2"),
        ("R", "+abcd", "=2{bold:true} =2", "-3 =1"),
        ("R", "+abcd", "=2 +[image:a] =2", "=2 +[image:b]{w:1} =2"),
        ("R", "+ab +[image:a] +cd", "=2 -1 =2", "=2 =1{w:1} =2"),
        ("R", "+ab{bold:true} +cd", "=4{bold:null}", "=1 +x{bold:true} =3"),
        ("R", "+ab{bold:true} +cd{bold:true,color:red}", "=4{color:blue}", "=1 -2 =1"),
        ("R", "+ab", "+x{bold:true} +y =2", "+1 +2{bold:true} =2"),
    ];

    public static IReadOnlyDictionary<string, Func<VectorFile>> Files { get; } = new Dictionary<string, Func<VectorFile>>
    {
        ["apply"] = () => Apply([.. Cases()]),
        ["compose"] = () => Compose([.. Cases()]),
        ["invert"] = () => Invert([.. Cases()]),
        ["transform"] = () => Transform([.. Cases()]),
        ["rebase"] = Rebase,
        ["selection"] = () => Select([.. Cases()]),
        ["between"] = () => Between([.. Cases()]),
        ["hash"] = () => Hash([.. Cases()]),
    };

    private static IEnumerable<(SequenceContent Content, Delta First, Delta Second)> Cases()
    {
        foreach (var (kind, content, first, second) in Pairs)
        {
            var form = kind == "T" ? DeltaForm.Text : DeltaForm.RichText;
            var document = form == DeltaForm.Text ? (SequenceContent)Notation.Document(content) : Notation.RichDocument(content);
            yield return (document, Notation.Parse(first, form), Notation.Parse(second, form));
        }

        foreach (var form in new[] { DeltaForm.Text, DeltaForm.RichText })
        {
            var random = new RandomEdits(20250101, form);
            for (var i = 0; i < RandomOfEach; i++)
            {
                var document = random.Content(4 + (i / 2));
                yield return (document, random.Delta(document), random.Delta(document));
            }
        }
    }

    private static VectorFile Apply(List<(SequenceContent Content, Delta First, Delta Second)> cases)
    {
        var file = new VectorFile("apply");
        foreach (var (content, first, second) in cases)
            foreach (var delta in new[] { first, second }) AddApply(file, content, delta);

        // Refused: another length than the base, and a cut inside a pair.
        AddApply(file, Notation.Document("abc"), Notation.Text("=2 +x"));
        AddApply(file, Notation.Document("abc"), Notation.Text("=3 -1"));
        AddApply(file, Notation.Document("a😀b"), Notation.Text("=2 +x =2"));
        AddApply(file, Notation.Document("a😀b"), Notation.Text("=1 -1 =2"));
        AddApply(file, Notation.Document("a😀b"), Notation.Text("=2 -2"));
        AddApply(file, Notation.RichDocument("+a😀b"), Notation.Rich("=2{bold:true} =2"));
        AddApply(file, Notation.RichDocument("+a"), Notation.Rich(""));
        return file;
    }

    private static void AddApply(VectorFile file, SequenceContent content, Delta delta) =>
        file.Add(("kind", Kind(delta.Form)), ("content", Notation.Json(content)), ("delta", Notation.Json(delta)),
            Outcome("result", () => Notation.Json(content.Apply(delta))));

    private static VectorFile Compose(List<(SequenceContent Content, Delta First, Delta Second)> cases)
    {
        var file = new VectorFile("compose");
        var index = 0;
        foreach (var (content, first, _) in cases)
        {
            var after = (SequenceContent)content.Apply(first);
            AddCompose(file, first, new RandomEdits(++index, first.Form).Delta(after));
        }

        AddCompose(file, Notation.Text("=1 +abc"), Notation.Text("=3 -1"));
        AddCompose(file, Notation.Text("+😀"), Notation.Text("=1 -1"));
        AddCompose(file, Notation.Text("+😀"), Notation.Text("=1 +x =1"));
        AddCompose(file, Notation.Rich("+a{bold:true}"), Notation.Rich("=1{bold:null}"));
        AddCompose(file, Notation.Rich("=1{bold:true}"), Notation.Rich("=1{bold:null}"));
        AddCompose(file, Notation.Rich("=1{bold:null,color:red}"), Notation.Rich("=1{color:null,italic:true}"));
        AddCompose(file, Notation.Rich("+[image:a]{w:1}"), Notation.Rich("=1{w:2}"));
        AddCompose(file, Notation.Rich("+ab"), Notation.Rich("=1 +[image:a] =1"));
        return file;
    }

    private static void AddCompose(VectorFile file, Delta first, Delta second) =>
        file.Add(("kind", Kind(first.Form)), ("first", Notation.Json(first)), ("second", Notation.Json(second)),
            Outcome("result", () => Notation.Json(first.Compose(second))));

    private static VectorFile Invert(List<(SequenceContent Content, Delta First, Delta Second)> cases)
    {
        var file = new VectorFile("invert");
        foreach (var (content, first, second) in cases)
            foreach (var delta in new[] { first, second })
                file.Add(("kind", Kind(delta.Form)), ("content", Notation.Json(content)), ("delta", Notation.Json(delta)),
                    ("result", Notation.Json(delta.Invert(content))));
        return file;
    }

    private static VectorFile Transform(List<(SequenceContent Content, Delta First, Delta Second)> cases)
    {
        var file = new VectorFile("transform");
        foreach (var (_, first, second) in cases)
        {
            AddTransform(file, second, first, TransformOrder.OverFirst);
            AddTransform(file, first, second, TransformOrder.DeltaFirst);
        }

        AddTransform(file, Notation.Text("=2 +x"), Notation.Text("=3"), TransformOrder.OverFirst);
        return file;
    }

    private static void AddTransform(VectorFile file, Delta delta, Delta over, TransformOrder order) =>
        file.Add(("kind", Kind(delta.Form)), ("delta", Notation.Json(delta)), ("over", Notation.Json(over)),
            ("order", order == TransformOrder.OverFirst ? "\"over_first\"" : "\"delta_first\""),
            Outcome("result", () => Notation.Json(Delta.Transform(delta, over, order))));

    private static VectorFile Rebase()
    {
        var file = new VectorFile("rebase");
        foreach (var (kind, _, first, second) in Pairs)
        {
            var form = kind == "T" ? DeltaForm.Text : DeltaForm.RichText;
            AddRebase(file, Notation.Parse(second, form), Notation.Parse(first, form));
        }

        AddRebase(file, Notation.Text("=2 +x"));
        AddRebase(file, Notation.Text("+YY =1"), Notation.Text("=1 +xx"), Notation.Text("-1 =2"));
        AddRebase(file, Notation.Text("=2 +x =2"), Notation.Text("=2 +ab =2"), Notation.Text("+12 =6"), Notation.Text("=4 +cd =4"));
        foreach (var form in new[] { DeltaForm.Text, DeltaForm.RichText })
        {
            var random = new RandomEdits(20250202, form);
            for (var i = 0; i < RandomOfEach; i++)
            {
                var content = random.Content(4 + (i / 2));
                var moved = random.Delta(content);
                var over = new List<Delta>();
                for (var count = 1 + random.Next(3); count > 0; count--)
                {
                    over.Add(random.Delta(content));
                    content = (SequenceContent)content.Apply(over[^1]);
                }

                AddRebase(file, moved, [.. over]);
            }
        }

        return file;
    }

    private static void AddRebase(VectorFile file, Delta delta, params Delta[] over)
    {
        IDocumentKind kind = delta.Form == DeltaForm.Text ? TextKind.Instance : RichTextKind.Instance;
        var rebased = kind.Rebase(delta, over);
        file.Add(("kind", Kind(delta.Form)), ("delta", Notation.Json(delta)), ("over", $"[{string.Join(',', over.Select(Notation.Json))}]"),
            ("result", Notation.Json(rebased.Delta)), ("conflicts", $"[{string.Join(',', rebased.Conflicts.Select(Conflict))}]"));
    }

    private static string Conflict(DetectedConflict conflict)
    {
        var resolution = conflict.Resolution.ToString().ToLowerInvariant();
        return $$"""{"kind":"{{conflict.Kind}}","resolution":"{{resolution}}","start":{{conflict.Start}},"length":{{conflict.Length}},"""
            + $$"""
            "over":{{conflict.OverIndex}}}
            """;
    }

    private static VectorFile Select(List<(SequenceContent Content, Delta First, Delta Second)> cases)
    {
        var file = new VectorFile("selection");
        for (var i = 0; i < cases.Count; i++)
        {
            var (content, first, second) = cases[i];
            var random = new RandomEdits(i, first.Form);
            foreach (var delta in new[] { first, second })
                foreach (var side in Enum.GetValues<CaretSide>())
                {
                    var selection = new Selection(random.Position(content), random.Position(content));
                    var moved = delta.TransformSelection(selection, side);
                    file.Add(("kind", Kind(delta.Form)), ("delta", Notation.Json(delta)), ("selection", Json(selection)),
                        ("side", side == CaretSide.BeforeInsert ? "\"before_insert\"" : "\"after_insert\""), ("result", Json(moved)));
                }
        }

        return file;
    }

    private static string Json(Selection selection) => $$"""{"anchor":{{selection.Anchor}},"head":{{selection.Head}}}""";

    private static VectorFile Between(List<(SequenceContent Content, Delta First, Delta Second)> cases)
    {
        var file = new VectorFile("between");
        foreach (var (content, first, second) in cases)
        {
            AddBetween(file, content, (SequenceContent)content.Apply(first));
            AddBetween(file, (SequenceContent)content.Apply(first), (SequenceContent)content.Apply(second));
        }

        AddBetween(file, Notation.Document("😀"), Notation.Document("😁"));
        AddBetween(file, Notation.Document("aa"), Notation.Document("aaa"));
        AddBetween(file, Notation.Document("\U00010000x"), Notation.Document("\U00020000x"));
        AddBetween(file, Notation.Document("\U00010001x"), Notation.Document("\U00010401x"));
        return file;
    }

    private static void AddBetween(VectorFile file, SequenceContent from, SequenceContent to) =>
        file.Add(("kind", Kind(from.Form)), ("from", Notation.Json(from)), ("to", Notation.Json(to)),
            ("result", Notation.Json(Delta.Between(from, to))));

    private static VectorFile Hash(List<(SequenceContent Content, Delta First, Delta Second)> cases)
    {
        var file = new VectorFile("hash");
        foreach (var content in cases.Select(one => one.Content).Append(TextContent.Empty).Append(RichTextContent.Empty).Append(RichTextContent.Initial))
            file.Add(("kind", Kind(content.Form)), ("content", Notation.Json(content)),
                ("length", Number(content.Length)), ("hash", Number(content.Hash())));
        return file;
    }
}
