using System.Globalization;

namespace Collab.Tests.Crash;

/// <summary>What a writer types: eleven characters that occur once in a whole run, so that what is lost or there twice is seen.</summary>
/// <remarks>All are equally long and are inserted and deleted whole, so that a document is a row of tokens, whoever edits it at once.</remarks>
internal readonly record struct Token(int Writer, int Number)
{
    public const int Length = 11;

    /// <exception cref="FormatException">The text is not a row of tokens.</exception>
    public static IEnumerable<Token> ReadAll(string text)
    {
        if (text.Length % Length != 0)
            throw new FormatException($"A text of {text.Length} characters is no row of tokens of {Length}.");
        for (int start = 0; start < text.Length; start += Length)
            yield return Read(text, start);
    }

    /// <summary>For example <c>c07-000123;</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"c{Writer:00}-{Number:000000};");

    private static Token Read(string text, int start)
    {
        var token = text.AsSpan(start, Length);
        return token[0] == 'c' && token[3] == '-' && token[^1] == ';'
            && int.TryParse(token[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out int writer)
            && int.TryParse(token[4..10], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? new Token(writer, number)
                : throw new FormatException($"'{token}' at {start} is no token.");
    }
}
