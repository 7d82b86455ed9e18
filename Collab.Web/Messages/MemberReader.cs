using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Collab.Contracts;

namespace Collab.Web.Messages;

/// <summary>
/// Walks the members of one JSON object and reads each strictly: a wrong type, a member twice, an unknown or a missing one
/// is a <see cref="MalformedMessageException"/> that names the member and the rule.
/// </summary>
internal ref struct MemberReader
{
    // JSON numbers beyond 2^53 don't survive JavaScript: no counter of the protocol gets there.
    private const long CounterLimit = 1L << 53;

    // JSON may be nested 64 deep, and a message's argument stands in an array in an object.
    private static readonly JsonReaderOptions ArgumentOptions = new() { MaxDepth = 62 };

    private readonly ReadOnlySpan<byte> _json;
    private readonly ReadOnlySpan<string> _names;
    private Utf8JsonReader _reader;
    private uint _seen;
    private int _expected;

    /// <param name="json">One JSON object, valid UTF-8, nothing before or after.</param>
    /// <param name="names">The members that there are; at most 32.</param>
    /// <param name="isArgument">It is a message's, and nobody has looked yet how deep it is nested.</param>
    public MemberReader(ReadOnlySpan<byte> json, ReadOnlySpan<string> names, bool isArgument = false)
    {
        _json = json;
        _names = names;
        _reader = new Utf8JsonReader(json, isArgument ? ArgumentOptions : default);
        Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
            throw new MalformedMessageException($"An object is expected, a {Word(_reader.TokenType)} was sent.");
    }

    /// <summary>Reads a request's body, of which nothing is known yet.</summary>
    public static MemberReader OfBody(ReadOnlySpan<byte> body, ReadOnlySpan<string> names) =>
        System.Text.Unicode.Utf8.IsValid(body) ? new MemberReader(body, names) : throw new MalformedMessageException("Not UTF-8.");

    /// <summary>Index into the names of the member whose value is read next; −1 at the end.</summary>
    public int Next()
    {
        Read();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            // Whatever stands behind it is an error, too.
            Read();
            return -1;
        }

        int member = Find();
        if ((_seen & (1u << member)) != 0)
            throw new MalformedMessageException($"Member '{_names[member]}' appears twice.");
        _seen |= 1u << member;
        _expected = member + 1;
        Read();
        return member;
    }

    /// <summary>Says which of the members <paramref name="required"/> (a bit for each name) is missing.</summary>
    public readonly void Require(uint required)
    {
        uint missing = required & ~_seen;
        if (missing != 0)
            throw new MalformedMessageException($"Member '{_names[System.Numerics.BitOperations.TrailingZeroCount(missing)]}' is missing.");
    }

    public string String(int member, int lengthLimit)
    {
        if (_reader.TokenType != JsonTokenType.String)
            throw Wrong(member, "a string");
        // An escape is at most six bytes for one character: what is longer than that needs no decoding to be too long.
        if (_reader.ValueSpan.Length > 6L * lengthLimit)
            throw new MalformedMessageException($"Member '{_names[member]}' is longer than {lengthLimit} characters.");
        string value;
        try
        {
            value = _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new MalformedMessageException($"Member '{_names[member]}' is not well-formed Unicode.");
        }

        return value.Length <= lengthLimit
            ? value
            : throw new MalformedMessageException($"Member '{_names[member]}' has {value.Length} characters, over the limit of {lengthLimit}.");
    }

    public DocumentId Document(int member)
    {
        bool isPlain = _reader.TokenType == JsonTokenType.String && !_reader.ValueIsEscaped;
        if (isPlain && RecentDocumentIds.Find(_reader.ValueSpan) is { } known)
            return known;
        string value = String(member, DocumentId.LengthLimit);
        if (!DocumentId.IsValid(value))
            throw new MalformedMessageException($"Member '{_names[member]}' is not 1–{DocumentId.LengthLimit} characters of A–Z a–z 0–9 . _ ~ -");
        var id = new DocumentId(value);
        if (isPlain)
            RecentDocumentIds.Add(_reader.ValueSpan, id);
        return id;
    }

    public SessionId Session(int member)
    {
        string value = String(member, SessionId.LengthLimit);
        return SessionId.IsValid(value)
            ? new SessionId(value)
            : throw new MalformedMessageException($"Member '{_names[member]}' is not 1–{SessionId.LengthLimit} characters of A–Z a–z 0–9 . _ ~ -");
    }

    public Revision Revision(int member) => new(Counter(member, 0));

    /// <summary>A whole number from <paramref name="least"/> to 2^53, without fraction or exponent.</summary>
    public readonly long Counter(int member, long least) => Counter(member, least, CounterLimit);

    public readonly long Counter(int member, long least, long most)
    {
        if (_reader.TokenType != JsonTokenType.Number
            || !Utf8Parser.TryParse(_reader.ValueSpan, out long value, out int consumed) || consumed != _reader.ValueSpan.Length
            || value < least || value > most)
            throw Wrong(member, $"a whole number from {least} to {most}");
        return value;
    }

    /// <summary>A number from 0 to <paramref name="most"/>.</summary>
    public readonly double Measure(int member, double most)
    {
        if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetDouble(out double value) || !(value >= 0 && value <= most))
            throw Wrong(member, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"a number from 0 to {most}"));
        return value;
    }

    /// <summary>The bytes of the value as they are, still in the message's own buffer.</summary>
    public ReadOnlySpan<byte> Raw()
    {
        int start = (int)_reader.TokenStartIndex;
        Skip();
        return _json[start..(int)_reader.BytesConsumed];
    }

    /// <inheritdoc cref="Raw"/>
    public ReadOnlySpan<byte> RawContainer(int member)
    {
        if (_reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
            throw Wrong(member, "an array or object");
        return Raw();
    }

    /// <summary>The bytes of an object, or nothing for null.</summary>
    /// <param name="depth">How deep it is nested: 1 if it holds nothing deeper, 0 for null.</param>
    public ReadOnlySpan<byte> RawObjectOrNull(int member, out int depth)
    {
        depth = 0;
        if (_reader.TokenType == JsonTokenType.Null)
            return default;
        if (_reader.TokenType != JsonTokenType.StartObject)
            throw Wrong(member, "an object or null");
        int start = (int)_reader.TokenStartIndex, outside = _reader.CurrentDepth;
        do
        {
            if (_reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                depth = Math.Max(depth, _reader.CurrentDepth - outside + 1);
            Read();
        }
        while (_reader.TokenType != JsonTokenType.EndObject || _reader.CurrentDepth > outside);
        return _json[start..(int)_reader.BytesConsumed];
    }

    // Most clients write them in the order of the protocol.
    private readonly int Find()
    {
        for (int i = 0; i < _names.Length; i++)
        {
            int member = (_expected + i) % _names.Length;
            if (IsNamed(_names[member]))
                return member;
        }

        throw new MalformedMessageException($"Unknown member; the members are {string.Join(", ", _names)}.");
    }

    private readonly bool IsNamed(string name)
    {
        // The names are ASCII, and without an escape so is what equals one.
        if (!_reader.ValueIsEscaped)
            return Ascii.Equals(_reader.ValueSpan, name);
        try
        {
            return _reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            // An escape that is half a character: no name of ours, and no text at all.
            throw new MalformedMessageException("A member's name is not well-formed Unicode.");
        }
    }

    private static string Word(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "array",
        JsonTokenType.StartObject => "object",
        JsonTokenType.True or JsonTokenType.False => "boolean",
        _ => type.ToString().ToLowerInvariant(),
    };

    private readonly MalformedMessageException Wrong(int member, string expected) =>
        new($"Member '{_names[member]}' has to be {expected}; a {Word(_reader.TokenType)} was sent that is not.");

    private void Read()
    {
        try
        {
            _reader.Read();
        }
        catch (JsonException failure)
        {
            throw NotJson(failure);
        }
    }

    private void Skip()
    {
        try
        {
            _reader.Skip();
        }
        catch (JsonException failure)
        {
            throw NotJson(failure);
        }
    }

    // The parser's own message can quote what was sent; its position can't.
    private static MalformedMessageException NotJson(JsonException failure) => new($"Not JSON, or nested deeper than 64, at byte {failure.BytePositionInLine}.");
}
