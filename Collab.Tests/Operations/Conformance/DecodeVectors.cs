using System.Text;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Text;
using static Collab.Tests.Operations.Conformance.VectorFile;

namespace Collab.Tests.Operations.Conformance;

/// <summary>Vectors of the wire: what is read, into which canonical form, and what is refused by which rule.</summary>
internal static class DecodeVectors
{
    private static readonly string[] TextDeltas =
    [
        "[]", "[5]", "[-3]", "[\"abc\"]", "[5,\"abc\",-3]", "[1,2]", "[-1,-2]", "[\"a\",\"b\"]", "[-1,\"a\"]", "[\"a\",-1,\"b\",-2,\"c\",3]",
        " [ 1 , \"a\" ]\n", "[5.0]", "[5e0]", "[50e-1]", "[-0.3e1]", "[2147483647]", "[-2147483647]",
        """["\u0041\u00e9\ud83d\ude00\/"]""", """["\u0000\u001f\b\t\n\f\r\"\\"]""", "[\"\u2028\u007f\ufeff\uffff\"]", """["\u2028"]""",
    ];

    private static readonly string[] RichDeltas =
    [
        "[]", """[{"retain":5}]""", """[{"delete":5}]""", """[{"insert":"abc"}]""", """[{"insert":{"image":"x"}}]""",
        """[{"attributes":{"bold":true},"retain":5},{"attributes":{"bold":true},"insert":"a"}]""",
        """[{"r\u0065tain":5,"attr\u0069butes":{"bold":true}}]""",
        """[{"retain":5,"attributes":{}},{"insert":"x","attributes":{}}]""", """[{"retain":5,"attributes":{"bold":null}}]""",
        """[{"insert":"a","attributes":{"bold":null}},{"insert":"b"}]""", """[{"insert":"a","attributes":{"bold":null,"italic":true}}]""",
        """[{"retain":1,"attributes":{"z":1,"a":2,"\ud83d\ude00":3,"\uffff":4,"Z":5,"é":6,"":7}}]""",
        """[{"retain":1,"attributes":{"9":1,"10":2,"a":3,"__proto__":4,"constructor":5}}]""",
        """[{"insert":{"b":{"d":1,"c":[3,2,{"z":0,"y":0}]},"a":null}}]""",
        """[{"insert":"a"},{"insert":"b"},{"retain":1},{"retain":2},{"delete":1},{"insert":"c"},{"delete":2}]""",
        """[{"insert":"a","attributes":{"b":true}},{"insert":"b","attributes":{"b":true}},{"insert":"c"}]""",
        """[{"insert":{"i":1}},{"insert":{"i":1}}]""", """[{"retain":1,"attributes":{"a":1}},{"retain":1,"attributes":{"a":1.0}}]""",
        """[{"retain":1,"attributes":{"a":[[[[[[[[]]]]]]]]}}]""", """[{"insert":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}]""",
    ];

    private static readonly string[] Numbers =
    [
        "0", "-0", "-0.0", "1", "-1", "1.0", "1e0", "0.1", "0.10", "1e21", "1e20", "123456789012345680000", "1e-6", "1e-7", "0.000001", "0.0000001",
        "9007199254740993", "333333333.33333329", "4.50", "2e-3", "0.000000000000000000000000001", "5e-324", "1.7976931348623157e308",
        "-1.5e300", "12345678901234567890", "1E30", "0.3000000000000000444", "100", "1e2", "1.2345e-5", "-123.456e-8",
    ];

    private static readonly string[] Contents = ["\"\"", "\"abc\"", """ "\u0061\ud83d\ude00\n" """, "\"\u2028\""];

    private static readonly string[] RichContents =
    [
        "[]", """[{"insert":"\n"}]""", """[{"insert":"a"},{"insert":"b"},{"insert":"c","attributes":{"bold":true}}]""",
        """[{"insert":{"image":"x"},"attributes":{"b":1,"a":2}},{"insert":"\n"}]""",
    ];

    // Rule, JSON. A leading "raw" marks what JSON.parse hides: a decoder built on it may skip the vector.
    private static readonly (string Rule, string Json)[] RefusedText =
    [
        ("zero", "[0]"), ("zero", "[-0]"), ("zero", "[1,0]"), ("fraction", "[1.5]"), ("fraction", "[1e-1]"), ("too_long", "[2147483648]"),
        ("too_long", "[-2147483648]"), ("too_long", "[1e300]"), ("too_long", "[1e400]"), ("too_long", "[99999999999999999999]"),
        ("sum", "[2147483647,1]"), ("sum", "[2147483647,\"a\"]"), ("sum", "[2147483647,-1]"),
        ("empty_insert", "[\"\"]"), ("lone_surrogate", """["\ud83d"]"""), ("lone_surrogate", """["\ude00"]"""),
        ("lone_surrogate", """["\ude00\ud83d"]"""), ("lone_surrogate", """["a\ud83db"]"""), ("lone_surrogate", """["\ud83d","\ude00"]"""),
        ("type", "[true]"), ("type", "[null]"), ("type", "[[1]]"), ("type", "[{}]"), ("type", """[{"retain":1}]"""),
        ("type", "{}"), ("type", "5"), ("type", "\"abc\""), ("type", "null"), ("type", "true"),
        ("json", ""), ("json", " "), ("json", "["), ("json", "[1"), ("json", "[1,]"), ("json", "[,1]"), ("json", "[1]]"), ("json", "[1] [2]"),
        ("json", "[1]x"), ("json", "[01]"), ("json", "[+1]"), ("json", "[.5]"), ("json", "[1.]"), ("json", "[NaN]"), ("json", "[Infinity]"),
        ("json", "[0x1]"), ("json", "['a']"), ("json", "[\"a]"), ("json", "[\"\n\"]"), ("json", "[\"\u0000\"]"), ("json", """["\x"]"""),
        ("json", """["\u12"]"""), ("json", "[1/*a*/]"), ("json", "\ufeff[1]"),
    ];

    private static readonly (string Rule, string Json)[] RefusedRich =
    [
        ("zero", """[{"retain":0}]"""), ("zero", """[{"delete":0}]"""), ("negative", """[{"retain":-1}]"""), ("negative", """[{"delete":-1}]"""),
        ("fraction", """[{"retain":1.5}]"""), ("too_long", """[{"retain":2147483648}]"""), ("sum", """[{"retain":2147483647},{"delete":1}]"""),
        ("type", """[{"retain":"1"}]"""), ("type", """[{"retain":{"image":1}}]"""), ("type", """[{"delete":true}]"""), ("type", """[{"insert":1}]"""),
        ("type", """[{"insert":null}]"""), ("type", """[{"insert":["a"]}]"""), ("type", """[{"insert":"a","attributes":null}]"""),
        ("type", """[{"insert":"a","attributes":[]}]"""), ("type", """[{"insert":"a","attributes":true}]"""), ("type", "[5]"), ("type", "[\"a\"]"),
        ("type", """{"ops":[]}"""), ("empty_insert", """[{"insert":""}]"""), ("empty_embed", """[{"insert":{}}]"""),
        ("missing", "[{}]"), ("missing", """[{"attributes":{"bold":true}}]"""), ("several", """[{"insert":"a","delete":1}]"""),
        ("several", """[{"retain":1,"delete":1}]"""), ("unknown_field", """[{"retain":1,"x":1}]"""), ("unknown_field", """[{"Retain":1}]"""),
        ("lone_surrogate", """[{"\ud83d":1}]"""), ("unknown_field", """[{"r\u0065tains":1}]"""),
        ("unknown_field", """[{"retain":1,"__proto__":{}}]"""),
        ("delete_attributes", """[{"delete":1,"attributes":{"bold":true}}]"""), ("delete_attributes", """[{"delete":1,"attributes":{}}]"""),
        ("lone_surrogate", """[{"insert":"\ud83d"}]"""), ("lone_surrogate", """[{"insert":"a","attributes":{"\ud83d":1}}]"""),
        ("lone_surrogate", """[{"insert":"a","attributes":{"a":"\ude00"}}]"""), ("lone_surrogate", """[{"insert":{"a":["\ude00"]}}]"""),
        ("too_large_number", """[{"retain":1,"attributes":{"a":1e400}}]"""),
        ("depth", """[{"retain":1,"attributes":{"a":[[[[[[[[[]]]]]]]]]}}]"""), ("depth", """[{"insert":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}}]"""),
        ("raw duplicate", """[{"retain":1,"retain":1}]"""), ("raw duplicate", """[{"retain":1,"attributes":{"a":1,"a":2}}]"""),
        ("raw duplicate", """[{"retain":1,"attributes":{},"attributes":{}}]"""), ("raw duplicate", """[{"insert":{"a":{"b":1,"\u0062":1}}}]"""),
        ("json", """[{"retain":1]"""), ("json", """[{"retain":1,}]"""), ("json", """[{retain:1}]"""),
    ];

    private static readonly (string Rule, string Json)[] RefusedContents =
        [("type", "[]"), ("type", "5"), ("lone_surrogate", """ "\ud83d" """), ("json", "\"a"), ("json", "\"a\"\"b\"")];

    private static readonly (string Rule, string Json)[] RefusedRichContents =
        [("type", "\"a\""), ("not_insert", """[{"retain":1}]"""), ("not_insert", """[{"insert":"a"},{"delete":1}]""")];

    // Not UTF-8: a stray byte, an overlong slash, a surrogate in UTF-8, a truncated character, a code point beyond U+10FFFF.
    private static readonly byte[][] NotUtf8 =
    [
        [0x5b, 0x22, 0xff, 0x22, 0x5d], [0x5b, 0x22, 0xc0, 0xaf, 0x22, 0x5d], [0x5b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x5d],
        [0x5b, 0x22, 0xe2, 0x82, 0x22, 0x5d], [0x5b, 0x22, 0xf4, 0x90, 0x80, 0x80, 0x22, 0x5d],
    ];

    public static IReadOnlyDictionary<string, Func<VectorFile>> Files { get; } =
        new Dictionary<string, Func<VectorFile>> { ["decode"] = Decode, ["refuse"] = Refused };

    private static VectorFile Decode()
    {
        var file = new VectorFile("decode");
        foreach (var json in TextDeltas) Add(DeltaForm.Text, "delta", json);
        foreach (var json in RichDeltas) Add(DeltaForm.RichText, "delta", json);
        foreach (var number in Numbers) Add(DeltaForm.RichText, "delta", $$$"""[{"retain":1,"attributes":{"n":{{{number}}}}}]""");
        foreach (var json in Contents) Add(DeltaForm.Text, "content", json);
        foreach (var json in RichContents) Add(DeltaForm.RichText, "content", json);
        return file;

        void Add(DeltaForm form, string what, string json) =>
            file.Add(("kind", Kind(form)), ("what", $"\"{what}\""), ("json", Quote(json)),
                ("canonical", Quote(Read(form, what, Encoding.UTF8.GetBytes(json)))));
    }

    private static VectorFile Refused()
    {
        var file = new VectorFile("refuse");
        foreach (var (rule, json) in RefusedText) Add(DeltaForm.Text, "delta", rule, json);
        foreach (var (rule, json) in RefusedRich) Add(DeltaForm.RichText, "delta", rule, json);
        foreach (var (rule, json) in RefusedContents) Add(DeltaForm.Text, "content", rule, json);
        foreach (var (rule, json) in RefusedRichContents) Add(DeltaForm.RichText, "content", rule, json);
        foreach (var bytes in NotUtf8)
        {
            Assert.Throws<DeltaFormatException>(() => Read(DeltaForm.Text, "delta", bytes));
            file.Add(("kind", "\"text\""), ("what", "\"delta\""), ("rule", "\"utf8\""), ("base64", Quote(Convert.ToBase64String(bytes))));
        }

        return file;

        void Add(DeltaForm form, string what, string rule, string json)
        {
            // A vector that isn't refused is a lie; say which.
            var error = Record.Exception(() => Read(form, what, Encoding.UTF8.GetBytes(json)));
            Assert.True(error is DeltaFormatException, $"Expected {rule} to refuse {json}, got {error?.GetType().Name ?? "a delta"}.");
            var word = rule.Split(' ')[^1];
            (string, string)[] fields = [("kind", Kind(form)), ("what", $"\"{what}\""), ("rule", $"\"{word}\""), ("json", Quote(json))];
            file.Add(rule.StartsWith("raw ", StringComparison.Ordinal) ? [.. fields, ("raw", "true")] : fields);
        }
    }

    private static string Read(DeltaForm form, string what, byte[] utf8)
    {
        IDocumentKind kind = form == DeltaForm.Text ? TextKind.Instance : RichTextKind.Instance;
        return what == "delta"
            ? Notation.Json(kind.DecodeDelta(utf8, DeltaLimits.Default))
            : Notation.Json(kind.DecodeContent(utf8));
    }
}
