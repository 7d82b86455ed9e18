using System.Buffers;
using System.Text;

namespace Collab.Grains.Documents;

/// <summary>What every store can keep as text.</summary>
internal static class PlainText
{
    /// <summary>Half a character is none in UTF-8, and not every database has a place for U+0000.</summary>
    public static bool IsText(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out int length) != OperationStatus.Done || rune.Value == 0)
                return false;
            text = text[length..];
        }

        return true;
    }
}
