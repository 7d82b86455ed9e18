using System.Text.Json;

namespace Collab.Operations.Json;

/// <summary>
/// <see cref="Utf8JsonReader"/> whose failures are format errors that say where, and never what: the framework's own messages quote the input.
/// No comments, no trailing commas, no byte order mark, nothing after the value; white space between tokens is allowed, as in any JSON.
/// </summary>
internal ref struct StrictReader(ReadOnlySpan<byte> utf8)
{
    // Deeper than any limit of ours: ours is what gets reported.
    private const int FrameworkDepth = 128;

    private Utf8JsonReader _reader = new(utf8, new JsonReaderOptions { MaxDepth = FrameworkDepth });

    public readonly JsonTokenType Token => _reader.TokenType;

    /// <summary>Where the current token starts, in bytes from 0.</summary>
    public readonly long Position => _reader.TokenStartIndex;

    /// <summary>The raw bytes of the current token, a string still escaped.</summary>
    public readonly ReadOnlySpan<byte> Raw => _reader.ValueSpan;

    /// <summary>To the next token; the value must not end yet.</summary>
    public void Read()
    {
        if (!TryRead()) throw new DeltaFormatException($"The JSON ends at byte {_reader.BytesConsumed}, inside a value.");
    }

    /// <summary>Requires that nothing but white space follows.</summary>
    public void RequireEnd()
    {
        if (TryRead()) throw new DeltaFormatException($"Something follows the JSON value at byte {Position}.");
    }

    /// <summary>Whether the current name or string is this one, escapes resolved.</summary>
    public readonly bool ValueEquals(ReadOnlySpan<byte> utf8Text)
    {
        try
        {
            return _reader.ValueTextEquals(utf8Text);
        }
        catch (InvalidOperationException)
        {
            throw Malformed();
        }
    }

    /// <summary>The current string or name, its escapes resolved.</summary>
    /// <exception cref="DeltaFormatException">Not UTF-8, or a surrogate without its other half.</exception>
    public readonly string GetString()
    {
        try
        {
            return _reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Malformed();
        }
    }

    /// <summary>As <see cref="GetString"/>, into a buffer of at least <see cref="Raw"/>'s length.</summary>
    public readonly int CopyString(Span<char> destination)
    {
        try
        {
            return _reader.CopyString(destination);
        }
        catch (InvalidOperationException)
        {
            throw Malformed();
        }
    }

    /// <summary>The current number as JavaScript would read it.</summary>
    public readonly double GetDouble() =>
        _reader.TryGetDouble(out var value) && double.IsFinite(value)
            ? value
            : throw new DeltaFormatException($"The number at byte {Position} is too large for a double.");

    /// <summary>The current number if it is a whole one: 5, and also 5.0 and 5e0, which are the same number to JavaScript.</summary>
    public readonly long GetWhole(int component, string what)
    {
        if (_reader.TryGetInt64(out var whole)) return whole;
        var value = GetDouble();
        if (value != Math.Floor(value))
            throw new DeltaFormatException($"Component {component} has {what} of {EcmaNumber.ToString(value)}; it has to be a whole number.");
        if (Math.Abs(value) > long.MaxValue / 2)
            throw new DeltaFormatException($"Component {component} has {what} of {EcmaNumber.ToString(value)}; at most {int.MaxValue} is allowed.");
        return (long)value;
    }

    private bool TryRead()
    {
        try
        {
            return _reader.Read();
        }
        catch (JsonException)
        {
            throw new DeltaFormatException($"Not well-formed JSON at byte {_reader.BytesConsumed}.");
        }
    }

    private readonly DeltaFormatException Malformed() =>
        new($"The string at byte {Position} has a lone surrogate, or bytes that are not UTF-8.");
}
