using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Collab.Web.Limits;

/// <summary>Who is counted as one: an IPv4 address, or an IPv6 network of 64 bits, which is what one line is given; its owner makes up the rest at will.</summary>
internal readonly record struct NetworkAddress(bool IsLong, ulong Network)
{
    /// <summary>Connections without an address (a pipe, a test server) count as one.</summary>
    public static NetworkAddress Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is { IsIPv4MappedToIPv6: true })
            address = address.MapToIPv4();
        if (address is null || !address.TryWriteBytes(bytes, out _))
            return default;
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? new NetworkAddress(true, BinaryPrimitives.ReadUInt64BigEndian(bytes))
            : new NetworkAddress(false, BinaryPrimitives.ReadUInt32BigEndian(bytes));
    }
}
