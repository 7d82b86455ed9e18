using System.Globalization;
using System.Text;
using Collab.Operations;
using Collab.Operations.Deltas;

namespace Collab.Tests.Operations.Conformance;

/// <summary>One file of vectors: a JSON object with one vector per line, so that a change of the algebra is a visible line in review.</summary>
internal sealed class VectorFile(string operation)
{
    private readonly List<string> _lines = [];

    /// <summary>Adds a vector; values are JSON texts and stand in the file as they are.</summary>
    public void Add(params (string Field, string Json)[] fields) =>
        _lines.Add("{" + string.Join(",", fields.Select(field => $"\"{field.Field}\":{field.Json}")) + "}");

    public override string ToString()
    {
        var file = new StringBuilder();
        file.Append(CultureInfo.InvariantCulture, $"{{\"format\":\"collab-conformance/1\",\"operation\":\"{operation}\",\"vectors\":[\n");
        return file.AppendJoin(",\n", _lines).Append("\n]}\n").ToString();
    }

    public static string Kind(DeltaForm form) => form == DeltaForm.Text ? "\"text\"" : "\"richtext\"";

    /// <summary>A JSON string in plain ASCII, so that a lone surrogate or an odd character survives every editor and diff.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var unit in text)
        {
            if (unit is '"' or '\\') quoted.Append('\\').Append(unit);
            else if (unit is >= ' ' and < '\u007f') quoted.Append(unit);
            else quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }

        return quoted.Append('"').ToString();
    }

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The result, or which refusal it is.</summary>
    public static (string Field, string Json) Outcome(string field, Func<string> result)
    {
        try
        {
            return (field, result());
        }
        catch (LengthMismatchException)
        {
            return ("error", "\"length\"");
        }
        catch (DeltaFormatException)
        {
            return ("error", "\"format\"");
        }
    }
}
