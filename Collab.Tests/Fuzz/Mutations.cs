using System.Text;

namespace Collab.Tests.Fuzz;

/// <summary>Makes inputs out of inputs: bytes that flip, pieces that go, come twice or from another input, and what JSON readers have stumbled over.</summary>
internal sealed class Mutations(Random random)
{
    private const int LengthLimit = 16 << 10;

    private static readonly byte[][] Words =
    [
        .. new[]
        {
            "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "false", "0", "-0", "1", "-1", "1.5", "1e0", "5e0", "1e400", "-1e400", "2147483647", "2147483648", "-2147483648", "9007199254740992",
            "9007199254740993", "9223372036854775808", "99999999999999999999999999", "0.1e-400", "01", "+1", ".5", "NaN", "\"\"", "{}", "[]", "[[[[[[[[[[[[", "]]]]]]]]]]]]", "{\"a\":{\"a\":{\"a\":", "}}}",
            "\"retain\":", "\"insert\":", "\"delete\":", "\"attributes\":", "\"image\":", "\"bold\":null", "\"comment\":true", "\"type\":1", "\"type\":6", "\"type\":7", "\"target\":", "\"arguments\":", "\"invocationId\":\"1\"",
            "\"submit\"", "\"join\"", "\"presence\"", "\"read\"", "\"check\"", "\"leave\"", "\"authenticate\"", "\"quality\"", "\"OnConnectedAsync\"", "\"Refuse\"", "\"document\":", "\"sequence\":", "\"base\":", "\"delta\":",
            "\"session\":", "\"state\":", "\"revision\":", "\"resume\":", "\"token\":", "\"version\":1", "\"hash\":", "\"from\":", "\"name\":", "\"color\":\"#aabbcc\"", "\"__proto__\":{}", "\"\\u0064ocument\":",
            "\\ud800", "\\udc00", "\\ud83d\\ude00", "\\u0000", "\\u2028", "\\", "\\x", "\u0000", "\u001e", "\u2028", "\ufeff", "\uffff", "é", "😀", "👩‍👩‍👧‍👦", " ", "\n", "//", "/**/", "api-", "../", "%00",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80], [0x80], [0xf0, 0x9f],
    ];

    /// <summary>A few changes at once, most often one.</summary>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var bytes = new List<byte>(input);
        do
            Change(bytes, other);
        while (random.Next(3) == 0);
        if (bytes.Count > LengthLimit)
            bytes.RemoveRange(LengthLimit, bytes.Count - LengthLimit);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        int at = random.Next(bytes.Count + 1);
        int length = Math.Min(1 + random.Next(1 << random.Next(8)), bytes.Count - at);
        switch (random.Next(11))
        {
            case 0 when at < bytes.Count: bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1 when at < bytes.Count: bytes[at] = (byte)random.Next(256); break;
            case 2: bytes.RemoveRange(at, length); break;
            case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            case 4: bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, length)); break;
            case 5: Replace(bytes, at, length, Words[random.Next(Words.Length)]); break;
            case 6: Number(bytes, at); break;
            case 7 when other.Length > 0: Replace(bytes, at, length, Piece(other)); break;
            case 8: Nest(bytes, at, length); break;
            case 9: bytes.RemoveRange(at, bytes.Count - at); break;
            default: bytes.InsertRange(at, Words[random.Next(Words.Length)]); break;
        }
    }

    private byte[] Piece(byte[] other)
    {
        int from = random.Next(other.Length);
        return other[from..(from + 1 + random.Next(other.Length - from))];
    }

    private static void Replace(List<byte> bytes, int at, int length, byte[] by)
    {
        bytes.RemoveRange(at, length);
        bytes.InsertRange(at, by);
    }

    /// <summary>Makes another number of the next one.</summary>
    private void Number(List<byte> bytes, int at)
    {
        while (at < bytes.Count && bytes[at] is < (byte)'0' or > (byte)'9')
            at++;
        int end = at;
        while (end < bytes.Count && bytes[end] is >= (byte)'0' and <= (byte)'9')
            end++;
        Replace(bytes, at, end - at, Encoding.ASCII.GetBytes($"{(random.Next(2) == 0 ? random.Next(40) : random.NextInt64())}"));
    }

    private void Nest(List<byte> bytes, int at, int length)
    {
        int depth = 1 << random.Next(11);
        var (open, close) = random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
        bytes.InsertRange(at + length, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(close, depth))));
        bytes.InsertRange(at, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(open, depth))));
    }
}
