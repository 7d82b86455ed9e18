using System.Buffers;
using Collab.Web.Messages;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Collab.Web.Sockets;

/// <summary>The first message in each direction, as SignalR has it: which protocol, and whether that will do.</summary>
internal static class HubHandshake
{
    // {"protocol":"json","version":1} and what clients add to it.
    private const int BytesLimit = 4 << 10;

    private static readonly byte[] Accepted = [.. "{}"u8, CollabHubProtocol.RecordSeparator];

    /// <returns>How many bytes it has; 0 if its end is still to come.</returns>
    public static int Read(ReadOnlyMemory<byte> bytes, CollabHubProtocol protocol, out string? error)
    {
        error = null;
        var rest = new ReadOnlySequence<byte>(bytes);
        try
        {
            if (!HandshakeProtocol.TryParseRequestMessage(ref rest, out var request))
            {
                if (bytes.Length <= BytesLimit)
                    return 0;
                error = $"The handshake has more than {BytesLimit} bytes.";
                return bytes.Length;
            }

            if (!string.Equals(request.Protocol, protocol.Name, StringComparison.OrdinalIgnoreCase))
                error = $"The protocol '{request.Protocol}' is not supported.";
            else if (!protocol.IsVersionSupported(request.Version))
                error = $"The server does not support version {request.Version} of the '{protocol.Name}' protocol.";
        }
        catch (Exception failure) when (failure is InvalidDataException or System.Text.Json.JsonException or InvalidOperationException or FormatException)
        {
            error = "The handshake is not as SignalR's hub protocol has it.";
            return bytes.Length;
        }

        return bytes.Length - (int)rest.Length;
    }

    public static ReadOnlyMemory<byte> Answer(string? error)
    {
        if (error is null)
            return Accepted;
        var output = new ArrayBufferWriter<byte>();
        HandshakeProtocol.WriteResponseMessage(new HandshakeResponseMessage(error), output);
        return output.WrittenMemory;
    }
}
