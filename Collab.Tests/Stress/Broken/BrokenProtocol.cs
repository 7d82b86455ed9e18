using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json.Nodes;
using Collab.Web.Messages;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Collab.Tests.Stress.Broken;

/// <summary>One connection's way in and out, with something wrong on it: what comes in is mangled before anybody has looked at it, or what goes out after everybody has.</summary>
/// <param name="isVictim">Whether this connection's reader is the one that is told something else.</param>
internal sealed class BrokenProtocol(CollabHubProtocol protocol, Fault fault, int every, bool isVictim, BrokenProtocol.Counter submissions) : IHubProtocol
{
    private readonly BrokenStream _stream = new(fault, every);

    public string Name => protocol.Name;

    public int Version => protocol.Version;

    public TransferFormat TransferFormat => protocol.TransferFormat;

    public bool IsVersionSupported(int version) => protocol.IsVersionSupported(version);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => protocol.GetMessageBytes(message);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        if (!protocol.TryParseMessage(ref input, binder, out message))
            return false;
        if (message is InvocationMessage { Arguments: [SubmitMessage submit] } invocation && fault is Fault.HostDrops or Fault.HostAlters or Fault.HostLosesFormats)
            message = new InvocationMessage(invocation.Target, [Mangle(submit)]);
        return true;
    }

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        if (!isVictim)
        {
            protocol.WriteMessage(message, output);
            return;
        }

        var written = new ArrayBufferWriter<byte>();
        protocol.WriteMessage(message, written);
        foreach (string frame in Encoding.UTF8.GetString(written.WrittenSpan).Split((char)CollabHubProtocol.RecordSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (_stream.Pass(JsonNode.Parse(frame)!.AsObject()) is { } passed)
                output.Write(Encoding.UTF8.GetBytes(passed.ToJsonString() + (char)CollabHubProtocol.RecordSeparator));
        }
    }

    private SubmitMessage Mangle(SubmitMessage submit)
    {
        var delta = JsonNode.Parse(submit.Delta.Span)!.AsArray();
        bool isSuitable = fault switch
        {
            Fault.HostAlters => Letters.HasLetter(delta),
            Fault.HostLosesFormats => delta.Any(component => component is JsonObject part && part.ContainsKey("retain") && part.ContainsKey("attributes")),
            _ => true,
        };
        if (!isSuitable || !submissions.IsTurn(every))
            return submit;
        var mangled = fault switch
        {
            Fault.HostAlters => Letters.ChangeInserted(delta),
            Fault.HostDrops => Letters.Nothing(delta),
            _ => WithoutFormats(delta),
        };
        return submit with { Delta = Encoding.UTF8.GetBytes(mangled.ToJsonString()) };
    }

    private static JsonArray WithoutFormats(JsonArray delta)
    {
        foreach (var component in delta)
            component!.AsObject().Remove("attributes");
        return delta;
    }

    /// <summary>Of all connections together.</summary>
    internal sealed class Counter
    {
        private int _count;

        public bool IsTurn(int every) => Interlocked.Increment(ref _count) % every == 0;
    }

    /// <summary>Gives each connection a protocol of its own. The third to come is the victim: the first makes the document, the others edit it.</summary>
    internal sealed class Resolver(CollabHubProtocol protocol, Fault fault, int every) : IHubProtocolResolver
    {
        private const int Victim = 3;

        private readonly Counter _submissions = new();
        private int _connections;

        public IReadOnlyList<IHubProtocol> AllProtocols { get; } = [protocol];

        public IHubProtocol? GetProtocol(string protocolName, IReadOnlyList<string>? supportedProtocols)
        {
            bool isVictim = fault is Fault.ReaderMisses or Fault.ReaderHearsTwice or Fault.ReaderHearsInOtherOrder or Fault.ReaderHearsOtherwise
                && Interlocked.Increment(ref _connections) == Victim;
            return protocolName == protocol.Name ? new BrokenProtocol(protocol, fault, every, isVictim, _submissions) : null;
        }
    }
}
