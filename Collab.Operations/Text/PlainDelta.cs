using System.Buffers;
using System.Text;
using Collab.Operations.Deltas;

namespace Collab.Operations.Text;

/// <summary>
/// Reads what nearly every keystroke is: a delta of text without white space, without escapes, of ASCII, its numbers short. Anything else, right or wrong, it
/// leaves to <see cref="Json.StrictReader"/>, which reads all of JSON and has the messages.
/// </summary>
/// <remarks>
/// 19 of 20 deltas of the traces are like that; the others have an escape, mostly a new line.
/// </remarks>
internal static class PlainDelta
{
    // Nine digits always fit; a document has at most 2,147,483,647 code units.
    private const int DigitsLimit = 9;

    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Where(unit => unit is not ('"' or '\\')).Select(unit => (byte)unit)]);

    /// <returns>Whether it was read to its end; if not, <paramref name="output"/> holds a part of it.</returns>
    public static bool TryRead(ReadOnlySpan<byte> utf8, int componentsLimit, DeltaBuilder output)
    {
        if (utf8.Length < 3 || utf8[0] != '[' || utf8[^1] != ']') return false;
        var rest = utf8[1..];
        for (var count = 0; count < componentsLimit; count++)
        {
            var read = rest[0] == '"' ? TryInsert(rest, output) : TryNumber(rest, output);
            if (read == 0) return false;
            var next = rest[read];
            rest = rest[(read + 1)..];
            if (rest.IsEmpty) return next == ']';
            if (next != ',') return false;
        }

        return false;
    }

    // Each gives back how many bytes it took, of which the last byte of the delta is never one; 0 for what is not plain.
    private static int TryInsert(ReadOnlySpan<byte> rest, DeltaBuilder output)
    {
        var length = rest[1..].IndexOfAnyExcept(Plain);
        if (length < 1 || rest[length + 1] != '"' || length + 2 == rest.Length) return 0;
        output.PushInsert(Component.Insert(Encoding.Latin1.GetString(rest.Slice(1, length)), null));
        return length + 2;
    }

    private static int TryNumber(ReadOnlySpan<byte> rest, DeltaBuilder output)
    {
        var at = rest[0] == '-' ? 1 : 0;
        var (end, value) = (at, 0);
        while (end < rest.Length && char.IsAsciiDigit((char)rest[end]) && end - at < DigitsLimit)
            value = (value * 10) + (rest[end++] - '0');
        if (end == at || rest[at] == '0' || end == rest.Length) return 0;
        if (at == 0) output.PushRetain(value, null);
        else output.PushDelete(value);
        return end;
    }
}
