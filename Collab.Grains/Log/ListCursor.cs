using System.Globalization;
using Collab.Contracts.Documents;

namespace Collab.Grains.Log;

/// <summary>Where a page of documents ended: the last one's time of change and its place in the order of creation, which breaks ties.</summary>
/// <remarks>A document that changes between two pages moves to the front and is not seen again; none is seen twice.</remarks>
internal readonly record struct ListCursor(long ModifiedAt, long Key)
{
    /// <summary>Before the newest.</summary>
    public static ListCursor Start => new(long.MaxValue, long.MaxValue);

    /// <exception cref="FormatException">The text is not a cursor that a page returned.</exception>
    public static ListCursor Parse(string? text)
    {
        if (text is null)
            return Start;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0
            && long.TryParse(text.AsSpan(0, dot), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var modifiedAt)
            && long.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var key)
                ? new(modifiedAt, key)
                : throw new FormatException("The cursor is not one that a page of documents returned.");
    }

    public static ListCursor After(DocumentDescription document, long key) => new(document.ModifiedAt.ToUnixTimeMilliseconds(), key);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ModifiedAt}.{Key}");
}
