using System.Buffers.Binary;
using System.Text;
using Collab.Contracts;

namespace Collab.Web.Messages;

/// <summary>Names of documents that messages had lately. A message nearly always names one that was named a moment ago: it gets that one's string, and makes none of its own.</summary>
/// <remarks>Of all connections together, in a fixed number of places in which names push each other out: whoever invents names gets a new string for each, as without it. References are written whole, so it takes no lock.</remarks>
internal static class RecentDocumentIds
{
    // 8 kB, and at most 280 kB of names.
    private const int PlacesBits = 10;

    private static readonly string?[] Names = new string?[1 << PlacesBits];

    /// <param name="name">Whatever was sent, without escapes.</param>
    /// <returns>Null: it is not among them.</returns>
    public static DocumentId? Find(ReadOnlySpan<byte> name) =>
        Names[PlaceOf(name)] is { } known && Ascii.Equals(name, known) ? new DocumentId(known) : null;

    /// <param name="name">As it was sent.</param>
    /// <param name="id">The same, which has been found to be valid.</param>
    public static void Add(ReadOnlySpan<byte> name, DocumentId id) => Names[PlaceOf(name)] = id.Value;

    // Names are random, or end in what tells them from each other, or begin with it.
    private static int PlaceOf(ReadOnlySpan<byte> name)
    {
        ulong mixed = (ulong)name.Length;
        if (name.Length >= sizeof(ulong))
        {
            mixed = (mixed * 31) + BinaryPrimitives.ReadUInt64LittleEndian(name);
            mixed = (mixed * 31) + BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]);
        }
        else
        {
            foreach (byte letter in name)
                mixed = (mixed * 31) + letter;
        }

        return (int)((mixed * 0x9E3779B97F4A7C15) >> (64 - PlacesBits));
    }
}
