using System.Text.Json;
using Collab.Operations.Deltas;
using Collab.Operations.Json;

namespace Collab.Operations.RichText;

/// <summary>Reads one component of a rich delta, its members in any order.</summary>
/// <param name="index">Which component, for messages.</param>
/// <param name="limits">What may be at most.</param>
internal ref struct ComponentReader(int index, DeltaLimits limits)
{
    private ComponentKind? _kind;
    private int _length;
    private string? _text;
    private Embed? _embed;
    private Attributes? _attributes;
    private bool _hasAttributes;

    /// <summary>From the object's start to its end.</summary>
    public void Read(ref StrictReader reader, DeltaBuilder output)
    {
        for (reader.Read(); reader.Token != JsonTokenType.EndObject; reader.Read())
        {
            if (reader.ValueEquals("retain"u8)) ReadLength(ref reader, ComponentKind.Retain, "a retain");
            else if (reader.ValueEquals("delete"u8)) ReadLength(ref reader, ComponentKind.Delete, "a delete");
            else if (reader.ValueEquals("insert"u8)) ReadInsert(ref reader);
            else if (reader.ValueEquals("attributes"u8)) ReadAttributes(ref reader);
            else throw Refused("has a field other than insert, retain, delete and attributes");
        }

        Push(output);
    }

    private void Push(DeltaBuilder output)
    {
        switch (_kind)
        {
            case null: throw Refused("has none of insert, retain and delete");
            case ComponentKind.Delete when _hasAttributes: throw Refused("is a delete with attributes");
            case ComponentKind.Delete: output.PushDelete(_length); break;
            case ComponentKind.Retain: output.PushRetain(_length, _attributes); break;

            // Null removes, and what is being inserted has nothing to remove: it is left out, as composing would.
            case ComponentKind.Insert when _embed is not null: output.PushInsert(Component.Insert(_embed, _attributes?.WithoutNulls())); break;
            default: output.PushInsert(Component.Insert(_text!, _attributes?.WithoutNulls())); break;
        }
    }

    private void ReadLength(ref StrictReader reader, ComponentKind kind, string what)
    {
        SetKind(kind);
        reader.Read();
        if (reader.Token != JsonTokenType.Number) throw Refused($"has {what} that is {reader.Token.Describe()}, not a number");
        var length = reader.GetWhole(index, what);
        if (length is < 1 or > int.MaxValue) throw Refused($"has {what} of {length}; it is at least 1 and at most {int.MaxValue}");
        _length = (int)length;
    }

    private void ReadInsert(ref StrictReader reader)
    {
        SetKind(ComponentKind.Insert);
        reader.Read();
        if (reader.Token == JsonTokenType.String)
        {
            _text = reader.GetString();
            if (_text.Length == 0) throw Refused("inserts an empty string");
        }
        else if (reader.Token == JsonTokenType.StartObject)
        {
            var json = JsonValues.ReadValue(ref reader, 0, limits.Depth);
            if (json == "{}") throw Refused("inserts an embed without members");
            _embed = new Embed(json);
        }
        else
        {
            throw Refused($"inserts {reader.Token.Describe()}; an insert is a string or an object");
        }
    }

    private void ReadAttributes(ref StrictReader reader)
    {
        if (_hasAttributes) throw Refused("has attributes twice");
        _hasAttributes = true;
        reader.Read();
        if (reader.Token != JsonTokenType.StartObject) throw Refused($"has attributes that are {reader.Token.Describe()}, not an object");

        // An empty object means no attributes; Quill's own builder leaves it out too.
        _attributes = Attributes.FromSorted(JsonValues.ReadMembers(ref reader, 0, limits.Depth));
    }

    private void SetKind(ComponentKind kind)
    {
        if (_kind is not null) throw Refused("has more than one of insert, retain and delete");
        _kind = kind;
    }

    private readonly DeltaFormatException Refused(string why) => new($"Component {index} {why}.");
}
