using System.Buffers.Binary;

namespace Collab.Web.Messages;

/// <summary>A WebSocket's frame around a whole text message of the server's (RFC 6455, 5.2). It is not masked, so its bytes are the same for every connection that gets the message.</summary>
internal static class TextFrame
{
    /// <summary>What is left free in front of a message for the longest header.</summary>
    public const int HeaderRoom = 4;

    /// <summary>A longer message would need a longer header; it is sent in fragments.</summary>
    public const int BytesLimit = ushort.MaxValue;

    private const byte WholeText = 0x81;
    private const byte TwoBytesOfLength = 126;

    /// <summary>Writes the header in front of the message, which begins behind <see cref="HeaderRoom"/>.</summary>
    /// <returns>Where the frame begins.</returns>
    public static int WriteHeader(Span<byte> room, int messageBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(messageBytes, BytesLimit);
        if (messageBytes < TwoBytesOfLength)
        {
            room[2] = WholeText;
            room[3] = (byte)messageBytes;
            return 2;
        }

        room[0] = WholeText;
        room[1] = TwoBytesOfLength;
        BinaryPrimitives.WriteUInt16BigEndian(room[2..], (ushort)messageBytes);
        return 0;
    }
}
