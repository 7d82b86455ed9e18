using System.Buffers;
using System.Text.Json;
using Collab.Operations.Deltas;
using Collab.Operations.Json;

namespace Collab.Operations.RichText;

/// <summary>
/// Deltas of rich text as Quill writes them, in one canonical way: <c>insert</c>, <c>retain</c> or <c>delete</c> first, then
/// <c>attributes</c>.
/// </summary>
internal static class RichTextCodec
{
    public static void EncodeDelta(Delta delta, IBufferWriter<byte> output)
    {
        var sink = new Utf8Sink(output);
        var separator = '[';
        foreach (ref readonly var component in delta.Components)
        {
            sink.Append(separator);
            separator = ',';
            WriteComponent(ref sink, component);
        }

        if (separator == '[') sink.Append('[');
        sink.Append(']');
        sink.Finish();
    }

    public static Delta DecodeDelta(ReadOnlySpan<byte> utf8, DeltaLimits limits)
    {
        limits.RequireBytes(utf8.Length);
        var reader = new StrictReader(utf8);
        reader.Read();
        if (reader.Token != JsonTokenType.StartArray) throw new DeltaFormatException($"A delta is a JSON array, not {reader.Token.Describe()}.");
        var output = DeltaBuilder.Rent(DeltaForm.RichText);
        var index = 0;
        for (reader.Read(); reader.Token != JsonTokenType.EndArray; reader.Read())
        {
            limits.RequireComponents(index + 1);
            if (reader.Token != JsonTokenType.StartObject)
                throw new DeltaFormatException($"Component {index} is {reader.Token.Describe()}; a component is an object.");
            new ComponentReader(index, limits).Read(ref reader, output);
            index++;
        }

        reader.RequireEnd();
        return output.BuildAndReturn();
    }

    private static void WriteComponent(ref Utf8Sink sink, in Component component)
    {
        if (component.Kind != ComponentKind.Insert)
        {
            sink.Append(component.Kind == ComponentKind.Retain ? "{\"retain\":" : "{\"delete\":");
            CanonicalJson.WriteNumber(ref sink, component.Length);
        }
        else
        {
            sink.Append("{\"insert\":");
            if (component.Embed is null) CanonicalJson.WriteString(ref sink, component.Text);
            else sink.Append(component.Embed.Json);
        }

        if (component.Attributes is not null)
        {
            sink.Append(",\"attributes\":");
            sink.Append(component.Attributes.Json);
        }

        sink.Append('}');
    }
}
