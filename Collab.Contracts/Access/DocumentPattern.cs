namespace Collab.Contracts.Access;

/// <summary>Names documents by id, where <c>*</c> stands for any characters, none included; nothing else has a meaning. Case counts: <c>team-7-*</c>, <c>*.draft</c>.</summary>
/// <remarks>
/// Each piece between two stars is looked for once, from where the one before ended: the leftmost place leaves the most for the rest, so nothing is ever tried again, and no pattern makes it slow.
/// A pattern that matches another one's text covers it: a star is covered by nothing but a star.
/// </remarks>
public readonly record struct DocumentPattern(string Text)
{
    public bool Matches(DocumentId document) => Matches(Text, document.Value);

    /// <summary>Whether every document that <paramref name="other"/> names is named by this, too.</summary>
    public bool Covers(DocumentPattern other) => Matches(Text, other.Text);

    public override string ToString() => Text;

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> id)
    {
        int star = pattern.IndexOf('*');
        if (star < 0)
            return id.SequenceEqual(pattern);
        if (!id.StartsWith(pattern[..star]))
            return false;
        id = id[star..];
        pattern = pattern[(star + 1)..];
        while ((star = pattern.IndexOf('*')) >= 0)
        {
            int found = id.IndexOf(pattern[..star]);
            if (found < 0)
                return false;
            id = id[(found + star)..];
            pattern = pattern[(star + 1)..];
        }

        return id.EndsWith(pattern);
    }
}
