using System.Buffers;
using System.Text.Json;
using Collab.Operations.Deltas;
using Collab.Operations.Json;

namespace Collab.Operations.Text;

/// <summary>Deltas of text as JSON: <c>[5,"abc",-3]</c> keeps five code units, inserts three, deletes three.</summary>
internal static class TextCodec
{
    public static void EncodeDelta(Delta delta, IBufferWriter<byte> output)
    {
        var sink = new Utf8Sink(output);
        var separator = '[';
        foreach (ref readonly var component in delta.Components)
        {
            sink.Append(separator);
            separator = ',';
            if (component.Kind == ComponentKind.Insert) CanonicalJson.WriteString(ref sink, component.Text);
            else CanonicalJson.WriteNumber(ref sink, component.Kind == ComponentKind.Retain ? component.Length : -component.Length);
        }

        if (separator == '[') sink.Append('[');
        sink.Append(']');
        sink.Finish();
    }

    public static Delta DecodeDelta(ReadOnlySpan<byte> utf8, DeltaLimits limits)
    {
        limits.RequireBytes(utf8.Length);
        var output = DeltaBuilder.Rent(DeltaForm.Text);
        if (PlainDelta.TryRead(utf8, limits.Components, output)) return output.BuildAndReturn();
        output.Clear();
        var reader = new StrictReader(utf8);
        reader.Read();
        if (reader.Token != JsonTokenType.StartArray) throw new DeltaFormatException($"A delta is a JSON array, not {reader.Token.Describe()}.");
        var index = 0;
        for (reader.Read(); reader.Token != JsonTokenType.EndArray; reader.Read())
        {
            limits.RequireComponents(index + 1);
            if (reader.Token == JsonTokenType.String) PushInsert(reader, index, output);
            else if (reader.Token == JsonTokenType.Number) PushNumber(reader, index, output);
            else throw new DeltaFormatException($"Component {index} is {reader.Token.Describe()}; a component is a whole number or a string.");
            index++;
        }

        reader.RequireEnd();
        return output.BuildAndReturn();
    }

    private static void PushInsert(in StrictReader reader, int index, DeltaBuilder output)
    {
        var text = reader.GetString();
        if (text.Length == 0) throw new DeltaFormatException($"Component {index} inserts an empty string.");
        output.PushInsert(Component.Insert(text, null));
    }

    private static void PushNumber(in StrictReader reader, int index, DeltaBuilder output)
    {
        var number = reader.GetWhole(index, "a length");
        if (number == 0) throw new DeltaFormatException($"Component {index} is 0; a retain is at least 1, a delete at most -1.");
        if (number is > int.MaxValue or < -int.MaxValue)
            throw new DeltaFormatException($"Component {index} is {number}; a length is at most {int.MaxValue}.");
        if (number > 0) output.PushRetain((int)number, null);
        else output.PushDelete((int)-number);
    }
}
