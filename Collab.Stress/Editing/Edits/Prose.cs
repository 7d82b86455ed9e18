using System.Text;

namespace Collab.Stress.Editing.Edits;

/// <summary>Text as people write it, by chance. All of it within the basic plane, so that no caret stands inside a surrogate pair.</summary>
internal static class Prose
{
    // About as often as people hit them.
    private const string Keys = "eeeeeeeettttttaaaaaooooiiiinnnnsssshhhrrrdddlllcuumwfgypbvkäöß      \n";

    private const int SourceLength = 1 << 16;

    // Everything longer than some letters is a piece of this one: making text costs the tool nothing then.
    private static readonly string Source = Write(SourceLength, new Random(1));

    /// <param name="chance">Which text: the same gives the same.</param>
    public static string Of(int length, int chance)
    {
        int start = chance % SourceLength;
        if (start + length <= SourceLength)
            return Source.Substring(start, length);
        return string.Create(length, start, static (text, start) =>
        {
            for (int done = 0; done < text.Length;)
            {
                int piece = Math.Min(text.Length - done, SourceLength - start);
                Source.AsSpan(start, piece).CopyTo(text[done..]);
                (done, start) = (done + piece, 0);
            }
        });
    }

    private static string Write(int length, Random random)
    {
        var text = new StringBuilder(length);
        while (text.Length < length)
            text.Append(Keys[random.Next(Keys.Length)]);
        return text.ToString();
    }
}
