namespace Collab.Operations;

/// <summary>Text whose surrogates all stand in pairs, the only text there is here. UTF-8 can't hold any other.</summary>
internal static class WellFormed
{
    /// <exception cref="DeltaFormatException">A surrogate stands without its other half.</exception>
    public static void Require(ReadOnlySpan<char> text)
    {
        var position = IndexOfLone(text);
        if (position >= 0)
            throw new DeltaFormatException($"Code unit {position} of a text of {text.Length} is a lone surrogate; surrogates come in pairs.");
    }

    /// <summary>Whether a cut before <paramref name="position"/> would part a surrogate pair.</summary>
    public static bool PartsPair(ReadOnlySpan<char> text, int position) =>
        position > 0 && position < text.Length && char.IsLowSurrogate(text[position]) && char.IsHighSurrogate(text[position - 1]);

    private static int IndexOfLone(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (true)
        {
            // Vectorised; most text has no surrogate at all.
            var next = text[at..].IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0) return -1;
            at += next;
            if (!char.IsHighSurrogate(text[at]) || at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1])) return at;
            at += 2;
        }
    }
}
