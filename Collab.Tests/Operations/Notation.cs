using System.Buffers;
using System.Globalization;
using System.Text;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.RichText;
using Collab.Operations.Text;

namespace Collab.Tests.Operations;

/// <summary>
/// Deltas short enough to read as a table: <c>=4</c> retain, <c>-3</c> delete, <c>+abc</c> insert, <c>+[image:x]</c> an embed; attributes
/// behind, <c>+abc{b:1}</c>, <c>=4{b:null}</c>. A blank in text is written <c>_</c>. Attributes or embeds make it a delta of rich text.
/// </summary>
internal static class Notation
{
    public static Delta Text(string notation) => Parse(notation, DeltaForm.Text);

    public static Delta Rich(string notation) => Parse(notation, DeltaForm.RichText);

    public static Delta Parse(string notation, DeltaForm form)
    {
        var builder = new DeltaBuilder(form);
        foreach (var word in notation.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var brace = word.IndexOf('{', StringComparison.Ordinal);
            var attributes = brace < 0 ? null : ParseAttributes(word[(brace + 1)..^1]);
            var body = brace < 0 ? word[1..] : word[1..brace];
            if (word[0] == '=') builder.Retain(int.Parse(body, CultureInfo.InvariantCulture), attributes);
            else if (word[0] == '-') builder.Delete(int.Parse(body, CultureInfo.InvariantCulture));
            else if (body[0] == '[') builder.Insert(ParseEmbed(body[1..^1]), attributes);
            else builder.Insert(body.Replace('_', ' '), attributes);
        }

        return builder.Build();
    }

    /// <summary>The inverse of <see cref="Parse"/>, for messages and expectations.</summary>
    public static string Write(Delta delta)
    {
        var words = new List<string>();
        foreach (var component in delta.Components)
        {
            var body = component.Kind switch
            {
                ComponentKind.Retain => $"={component.Length}",
                ComponentKind.Delete => $"-{component.Length}",
                _ when component.Embed is not null => $"+[{component.Embed.Json.Replace("\"", "", StringComparison.Ordinal)[1..^1]}]",
                _ => "+" + component.Text.ToString().Replace(' ', '_'),
            };
            words.Add(body + component.Attributes?.Json.Replace("\"", "", StringComparison.Ordinal));
        }

        return string.Join(' ', words);
    }

    public static string Json(IDelta delta) => Json(delta.Encode);

    public static string Json(IContent content) => Json(content.Encode);

    public static TextContent Document(string text) => TextContent.From(text);

    /// <summary>Rich content by what inserts it: <c>+abc{b:1} +x</c>.</summary>
    public static RichTextContent RichDocument(string notation) => (RichTextContent)RichTextContent.Empty.Apply(Rich(notation));

    public static Delta DecodeText(string json) => (Delta)TextKind.Instance.DecodeDelta(Encoding.UTF8.GetBytes(json), DeltaLimits.Default);

    public static Delta DecodeRich(string json) => (Delta)RichTextKind.Instance.DecodeDelta(Encoding.UTF8.GetBytes(json), DeltaLimits.Default);

    private static string Json(Action<IBufferWriter<byte>> encode)
    {
        var output = new ArrayBufferWriter<byte>();
        encode(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static Attributes ParseAttributes(string members) => Attributes.Of(
        [.. members.Split(',').Select(member => member.Split(':')).Select(pair => (pair[0], Value(pair[1])))]);

    private static AttributeValue Value(string word) =>
        word is "null" or "true" or "false" || char.IsDigit(word[0]) ? AttributeValue.Parse(word) : word;

    private static Embed ParseEmbed(string member)
    {
        var pair = member.Split(':');
        return Embed.Parse($"{{\"{pair[0]}\":{Value(pair[1]).Json}}}");
    }
}
