using System.Buffers;
using System.Text;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.Json;
using Collab.Operations.RichText;
using Collab.Operations.Text;

namespace Collab.Tests.Operations;

/// <summary>Strict reading. Which inputs are refused is in <c>conformance/refuse.json</c>; here is what the refusals say, and the limits.</summary>
public sealed class DecodeTests
{
    [Theory]
    [InlineData("[1,0]", "Component 1 is 0; a retain is at least 1, a delete at most -1.")]
    [InlineData("[1.5]", "Component 0 has a length of 1.5; it has to be a whole number.")]
    [InlineData("[1e300]", "Component 0 has a length of 1e+300; at most 2147483647 is allowed.")]
    [InlineData("[1e400]", "The number at byte 1 is too large for a double.")]
    [InlineData("[-2147483648]", "Component 0 is -2147483648; a length is at most 2147483647.")]
    [InlineData("[2147483647,1]", "The components' lengths add up to 2147483648; a document has at most 2147483647 code units.")]
    [InlineData("[\"\"]", "Component 0 inserts an empty string.")]
    [InlineData("[1,null]", "Component 1 is null; a component is a whole number or a string.")]
    [InlineData("{}", "A delta is a JSON array, not an object.")]
    [InlineData("""[1,"secret\ud83d"]""", "The string at byte 3 has a lone surrogate, or bytes that are not UTF-8.")]
    [InlineData("[1", "Not well-formed JSON at byte 2.")]
    public void A_text_delta_is_refused_with_value_and_rule(string json, string message) =>
        Assert.Equal(message, Assert.Throws<DeltaFormatException>(() => Notation.DecodeText(json)).Message);

    [Theory]
    [InlineData("""[{"retain":-4}]""", "Component 0 has a retain of -4; it is at least 1 and at most 2147483647.")]
    [InlineData("""[{"delete":0.5}]""", "Component 0 has a delete of 0.5; it has to be a whole number.")]
    [InlineData("""[{"retain":"secret"}]""", "Component 0 has a retain that is a string, not a number.")]
    [InlineData("""[{"secret":1}]""", "Component 0 has a field other than insert, retain, delete and attributes.")]
    [InlineData("""[{"insert":"a"},{"attributes":{}}]""", "Component 1 has none of insert, retain and delete.")]
    [InlineData("""[{"insert":"a","delete":1}]""", "Component 0 has more than one of insert, retain and delete.")]
    [InlineData("""[{"retain":1,"attributes":{"secret":1,"secret":2}}]""", "The object at byte 26 has a name twice.")]
    [InlineData("""[{"insert":{}}]""", "Component 0 inserts an embed without members.")]
    public void A_rich_delta_is_refused_with_value_and_rule(string json, string message) =>
        Assert.Equal(message, Assert.Throws<DeltaFormatException>(() => Notation.DecodeRich(json)).Message);

    [Fact]
    public void Limits_are_checked_and_named()
    {
        var limits = new DeltaLimits(Bytes: 40, Components: 3, Depth: 2);
        Refuses(TextKind.Instance, $"[\"{new string('a', 40)}\"]", "The delta is 44 bytes long, over the limit of 40.");
        Refuses(TextKind.Instance, "[1,1,1,1]", "The delta has more than 3 components, the limit.");
        Refuses(RichTextKind.Instance, """[{"insert":{"a":[[1]]}}]""", "The value at byte 17 is nested 3 deep, over the limit of 2.");
        Assert.Equal(3, ((Delta)TextKind.Instance.DecodeDelta("[1,1,1]"u8, limits)).BaseLength);
        RichTextKind.Instance.DecodeDelta("""[{"insert":{"a":[1]}}]"""u8, limits);

        void Refuses(IDocumentKind kind, string json, string message) =>
            Assert.Equal(message, Assert.Throws<DeltaLimitException>(() => kind.DecodeDelta(Encoding.UTF8.GetBytes(json), limits)).Message);
    }

    [Fact]
    public void A_plain_delta_is_read_as_any_other()
    {
        // White space before it keeps a delta from the short way; apart from where it ends, nothing may differ.
        var edits = new RandomEdits(seed: 8, DeltaForm.Text);
        var mutations = "[]\"\\,-019a\n \u007f"u8.ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var encoded = new ArrayBufferWriter<byte>();
            edits.Delta(edits.Content(20)).Encode(encoded);
            var json = encoded.WrittenSpan.ToArray();
            if (edits.Chance(50)) json[edits.Next(json.Length)] = mutations[edits.Next(mutations.Length)];
            if (edits.Chance(10)) json = json[..(1 + edits.Next(json.Length))];
            Assert.Equal(Read([(byte)' ', .. json]), Read(json));
        }

        Delta? Read(byte[] json)
        {
            try
            {
                return (Delta)TextKind.Instance.DecodeDelta(json, DeltaLimits.Default);
            }
            catch (DeltaFormatException)
            {
                return null;
            }
        }
    }

    [Fact]
    public void Many_small_inserts_are_joined_in_linear_memory()
    {
        // Pairwise joining would copy some 5 GB here.
        var json = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat($"\"{new string('a', 100)}\"", 10_000))}]");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var delta = (Delta)TextKind.Instance.DecodeDelta(json, new DeltaLimits(Bytes: 1 << 21));
        Assert.Equal(1_000_000, delta.TargetLength);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 2_000_000, 16_000_000);
    }

    [Fact]
    public void A_cut_inside_a_surrogate_pair_is_refused_with_its_position()
    {
        var far = new string('a', 1000);
        var content = Notation.Document(far + "😀b");
        var error = Assert.Throws<DeltaFormatException>(() => content.Apply(Notation.Text("=1001 +x =2")));
        Assert.Equal("Position 1001 is inside a surrogate pair; a delta can't cut one in two.", error.Message);
        Assert.Throws<DeltaFormatException>(() => content.Apply(Notation.Text("=1001 -2")));
        Assert.Throws<DeltaFormatException>(() => content.Apply(Notation.Text("=1000 -1 =2")));
        Assert.Throws<DeltaFormatException>(() => Notation.Text("+😀").Compose(Notation.Text("=1 -1")));
        Assert.Throws<DeltaFormatException>(() => new DeltaBuilder(DeltaForm.Text).Insert("\ud83d"));
        Assert.Throws<DeltaFormatException>(() => TextContent.From("a\ude00"));
    }

    [Fact]
    public void Damaged_input_is_a_format_error_or_a_valid_delta_and_nothing_else() => Laws.Hold(1000, (edits, content) =>
    {
        IDocumentKind kind = edits.Form == DeltaForm.Text ? TextKind.Instance : RichTextKind.Instance;
        var bytes = Encoding.UTF8.GetBytes(Notation.Json(edits.Delta(content)));
        for (var i = 0; i < 8 && bytes.Length > 0; i++)
        {
            var damaged = bytes.ToList();
            var at = edits.Next(damaged.Count);
            switch (edits.Next(4))
            {
                case 0: damaged[at] = (byte)edits.Next(256); break;
                case 1: damaged.RemoveAt(at); break;
                case 2: damaged.Insert(at, (byte)"[]{},:\"\\0-1e.u"[edits.Next(14)]); break;
                default: damaged.RemoveRange(at, damaged.Count - at); break;
            }

            try
            {
                var delta = kind.DecodeDelta(damaged.ToArray(), DeltaLimits.Default);
                Assert.Equal(delta, kind.DecodeDelta(Encoding.UTF8.GetBytes(Notation.Json(delta)), DeltaLimits.Default));
            }
            catch (DeltaFormatException)
            {
                // Refused, as it should be; any other exception fails the law.
            }
        }
    });

    [Theory]
    [InlineData(0, "0")]
    [InlineData(-0.0, "0")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(123456789012345680000.0, "123456789012345680000")]
    [InlineData(1e-6, "0.000001")]
    [InlineData(1e-7, "1e-7")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e+308")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(123456.789e-10, "0.0000123456789")]
    public void Numbers_are_printed_as_ECMAScript_prints_them(double number, string text) => Assert.Equal(text, EcmaNumber.ToString(number));

    [Fact]
    public void A_printed_number_reads_back_as_itself()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var number = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue));
            if (!double.IsFinite(number)) continue;
            Assert.Equal(number, double.Parse(EcmaNumber.ToString(number), System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
