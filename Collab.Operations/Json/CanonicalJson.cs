using System.Buffers;
using System.Globalization;
using System.Text;

namespace Collab.Operations.Json;

/// <summary>Writes JSON as RFC 8785 (JCS) has it, which is what JavaScript's <c>JSON.stringify</c> writes when members are sorted.</summary>
internal static class CanonicalJson
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(unit => (char)unit), '"', '\\']);

    /// <summary>The string with its quotes.</summary>
    public static void WriteString<TSink>(ref TSink sink, ReadOnlySpan<char> text)
        where TSink : ICodeUnitSink, allows ref struct
    {
        sink.Append('"');
        WriteEscaped(ref sink, text);
        sink.Append('"');
    }

    /// <summary>A part of a string, without quotes: long text is written leaf by leaf.</summary>
    public static void WriteEscaped<TSink>(ref TSink sink, ReadOnlySpan<char> text)
        where TSink : ICodeUnitSink, allows ref struct
    {
        while (true)
        {
            var next = text.IndexOfAny(Escaped);
            if (next < 0)
            {
                sink.Append(text);
                return;
            }

            if (next > 0) sink.Append(text[..next]);
            WriteEscape(ref sink, text[next]);
            text = text[(next + 1)..];
        }
    }

    public static void WriteNumber<TSink>(ref TSink sink, int value)
        where TSink : ICodeUnitSink, allows ref struct
    {
        Span<char> digits = stackalloc char[11];
        value.TryFormat(digits, out var count, provider: CultureInfo.InvariantCulture);
        sink.Append(digits[..count]);
    }

    /// <exception cref="DeltaFormatException">A surrogate stands without its other half.</exception>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        WellFormed.Require(text);
        if (text.AsSpan().IndexOfAny(Escaped) < 0) return $"\"{text}\"";
        var quoted = new StringSink(new StringBuilder());
        WriteString(ref quoted, text);
        return quoted.ToString();
    }

    private static void WriteEscape<TSink>(ref TSink sink, char unit)
        where TSink : ICodeUnitSink, allows ref struct
    {
        sink.Append('\\');
        switch (unit)
        {
            case '"' or '\\': sink.Append(unit); break;
            case '\b': sink.Append('b'); break;
            case '\f': sink.Append('f'); break;
            case '\n': sink.Append('n'); break;
            case '\r': sink.Append('r'); break;
            case '\t': sink.Append('t'); break;
            default:
                sink.Append("u00");
                sink.Append((char)('0' + (unit >> 4)));
                sink.Append("0123456789abcdef"[unit & 15]);
                break;
        }
    }

    private readonly struct StringSink(StringBuilder text) : ICodeUnitSink
    {
        public void Append(char ascii) => text.Append(ascii);

        public void Append(scoped ReadOnlySpan<char> units) => text.Append(units);

        public override string ToString() => text.ToString();
    }
}
