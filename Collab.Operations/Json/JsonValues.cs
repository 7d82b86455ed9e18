using System.Text;
using System.Text.Json;
using Collab.Operations.RichText;

namespace Collab.Operations.Json;

/// <summary>Reads any JSON value into its canonical text: all that has to be known of attribute values and embeds.</summary>
internal static class JsonValues
{
    /// <summary>One value and nothing else.</summary>
    public static string Parse(ReadOnlySpan<byte> utf8, DeltaLimits limits)
    {
        var reader = new StrictReader(utf8);
        reader.Read();
        var json = ReadValue(ref reader, 0, limits.Depth);
        reader.RequireEnd();
        return json;
    }

    /// <summary>The value at the reader's token, which is left on the value's last token.</summary>
    /// <param name="reader">On the first token of the value.</param>
    /// <param name="depth">Objects and arrays around the value, counted from the attribute's value or the embed.</param>
    /// <param name="depthLimit">How many there may be, the value itself included.</param>
    public static string ReadValue(ref StrictReader reader, int depth, int depthLimit)
    {
        switch (reader.Token)
        {
            case JsonTokenType.Null: return "null";
            case JsonTokenType.True: return "true";
            case JsonTokenType.False: return "false";
            case JsonTokenType.Number: return EcmaNumber.ToString(reader.GetDouble());
            case JsonTokenType.String: return CanonicalJson.Quote(reader.GetString());
        }

        var json = new StringBuilder();
        if (reader.Token == JsonTokenType.StartArray) AppendArray(ref reader, json, depth, depthLimit);
        else AppendObject(ref reader, json, depth, depthLimit);
        return json.ToString();
    }

    /// <summary>The members of the object at the reader's token, sorted by name in code units; a name that comes twice is refused.</summary>
    public static List<KeyValuePair<string, AttributeValue>> ReadMembers(ref StrictReader reader, int depth, int depthLimit)
    {
        var start = reader.Position;
        var members = new List<KeyValuePair<string, AttributeValue>>();
        for (reader.Read(); reader.Token != JsonTokenType.EndObject; reader.Read())
        {
            var name = reader.GetString();
            reader.Read();
            members.Add(new(name, new AttributeValue(ReadValue(ref reader, depth, depthLimit))));
        }

        members.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        for (var i = 1; i < members.Count; i++)
            if (members[i].Key == members[i - 1].Key) throw new DeltaFormatException($"The object at byte {start} has a name twice.");
        return members;
    }

    private static void AppendArray(ref StrictReader reader, StringBuilder json, int depth, int depthLimit)
    {
        RequireDepth(reader, depth + 1, depthLimit);
        json.Append('[');
        for (reader.Read(); reader.Token != JsonTokenType.EndArray; reader.Read())
        {
            if (json.Length > 1) json.Append(',');
            json.Append(ReadValue(ref reader, depth + 1, depthLimit));
        }

        json.Append(']');
    }

    private static void AppendObject(ref StrictReader reader, StringBuilder json, int depth, int depthLimit)
    {
        RequireDepth(reader, depth + 1, depthLimit);
        json.Append('{');
        foreach (var (name, value) in ReadMembers(ref reader, depth + 1, depthLimit))
        {
            if (json.Length > 1) json.Append(',');
            json.Append(CanonicalJson.Quote(name)).Append(':').Append(value.Json);
        }

        json.Append('}');
    }

    private static void RequireDepth(in StrictReader reader, int depth, int limit)
    {
        if (depth > limit) throw new DeltaLimitException(nameof(DeltaLimits.Depth), $"The value at byte {reader.Position} is nested {depth} deep, over the limit of {limit}.");
    }
}
