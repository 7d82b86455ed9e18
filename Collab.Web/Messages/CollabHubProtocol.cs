using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;
using Collab.Contracts.Refusals;
using Collab.Observability;
using Collab.Web.Connections;
using Collab.Web.Delivery;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Collab.Web.Messages;

/// <summary>
/// SignalR's JSON hub protocol, version 1, as this hub needs it. On the wire it is the framework's own; what differs is
/// inside: arguments are read strictly and without reflection, and a message that breaks a rule becomes a
/// <c>refused</c> to its sender, where the framework's reader would close the connection or drop it silently.
/// </summary>
/// <remarks>Only <see cref="CollabHub"/> gets it (<see cref="CollabHubProtocolResolver"/>): other hubs of an embedding host keep the framework's.</remarks>
internal sealed class CollabHubProtocol(ClientLimits limits) : IHubProtocol
{
    public const byte RecordSeparator = 0x1e;

    private static readonly string[] Verbs = ["submit", "presence", "join", "read", "check", "leave", "quality", "authenticate"];

    // What stands around a submission's argument as SignalR's clients write it: .NET's and JavaScript's, each always in its own order.
    private static readonly (byte[] Start, byte[] End)[] PlainSubmissions =
    [
        ("{\"type\":1,\"target\":\"submit\",\"arguments\":["u8.ToArray(), "]}"u8.ToArray()),
        ("{\"arguments\":["u8.ToArray(), "],\"target\":\"submit\",\"type\":1}"u8.ToArray()),
    ];

    private readonly JsonHubProtocol _framework = new();
    private readonly ClientMessageReader _messages = new(limits);

    public string Name => _framework.Name;

    public int Version => _framework.Version;

    public TransferFormat TransferFormat => _framework.TransferFormat;

    public bool IsVersionSupported(int version) => _framework.IsVersionSupported(version);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => _framework.GetMessageBytes(message);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        // A burst is encoded already. Handing it over as a message of our own lets SignalR take its write lock and flush once,
        // and copies the bytes straight into the transport's pipe: nothing is allocated for a delivery.
        if (message is OutboxBurst burst)
            burst.WriteTo(output);
        else
            _framework.WriteMessage(message, output);
    }

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        if (input.PositionOf(RecordSeparator) is not { } end)
        {
            message = null;
            return false;
        }

        var frame = input.Slice(0, end);
        input = input.Slice(input.GetPosition(1, end));
        if (frame.IsSingleSegment)
        {
            message = Read(frame.FirstSpan);
            return true;
        }

        byte[] copy = ArrayPool<byte>.Shared.Rent((int)frame.Length);
        frame.CopyTo(copy);
        message = Read(copy.AsSpan(0, (int)frame.Length));
        ArrayPool<byte>.Shared.Return(copy);
        return true;
    }

    /// <summary>Reads one frame, without the separator behind it.</summary>
    /// <returns>What the client says; null for what is no message of the protocol's own: a ping, or SignalR's goodbye.</returns>
    public ClientMessage? ReadFrame(ReadOnlySpan<byte> frame)
    {
        if (frame.SequenceEqual("{\"type\":6}"u8))
            return null;
        if (PlainSubmission(frame) is { } submission)
            return Of(frame, submission);
        string verb = "?";
        Range argument = default;
        try
        {
            // Also a binary WebSocket message gets here, whose bytes nobody has validated. What is relayed has to be valid:
            // a browser closes a socket that brings it anything else.
            if (!Utf8.IsValid(frame))
                throw new MalformedMessageException("Not UTF-8.");
            var envelope = Envelope.Read(frame);
            verb = envelope.Target ?? verb;
            argument = envelope.Argument;
            switch (envelope.Type)
            {
                case HubProtocolConstants.PingMessageType:
                case HubProtocolConstants.CloseMessageType:
                    // Whoever says goodbye closes the WebSocket behind it.
                    return null;
                case not HubProtocolConstants.InvocationMessageType:
                    throw new MalformedMessageException($"Messages are invocations (type 1) or pings (type 6), not type {envelope.Type}.");
            }

            if (envelope.HasInvocationId)
                throw new MalformedMessageException("Invocations carry no invocationId ('send', never 'invoke'): answers are messages of their own.");
            if (envelope.ArgumentCount != 1)
                throw new MalformedMessageException($"{envelope.ArgumentCount} arguments; every message has exactly one.");
        }
        catch (MalformedMessageException failure)
        {
            return Of(frame, ClientMessageReader.Refuse(verb, frame[argument], new Refusal(RefusalReason.Malformed, failure.Message)));
        }

        if (frame.Length <= limits.MessageBytes)
            return Of(frame, _messages.Read(verb, frame[argument]));
        LimitMetrics.Reached(Limit.MessageBytes);
        return Of(frame, ClientMessageReader.Refuse(verb, frame[argument], new Refusal(
                RefusalReason.MessageTooLarge, $"The message has {frame.Length} bytes, over the limit of {limits.MessageBytes} (Collab:Limits:MessageBytes).")));
    }

    /// <summary>The hub's method for a message.</summary>
    public static string MethodOf(ClientMessage message) => message switch
    {
        SubmitMessage => nameof(CollabHub.Submit),
        PresenceMessage => nameof(CollabHub.Presence),
        JoinMessage => nameof(CollabHub.Join),
        ReadMessage => nameof(CollabHub.Read),
        CheckMessage => nameof(CollabHub.Check),
        LeaveMessage => nameof(CollabHub.Leave),
        AuthenticateMessage => nameof(CollabHub.Authenticate),
        QualityMessage => nameof(CollabHub.Quality),
        _ => nameof(CollabHub.Refuse),
    };

    private HubMessage Read(ReadOnlySpan<byte> frame) => ReadFrame(frame) is { } message ? new InvocationMessage(MethodOf(message), [message]) : PingMessage.Instance;

    /// <summary>Reads a submission in the form that nearly all of them have, without reading its frame's members first: around one JSON object, they are what they look like.</summary>
    /// <returns>Null: something else, or it breaks a rule; which one, whoever reads member by member finds out.</returns>
    private SubmitMessage? PlainSubmission(ReadOnlySpan<byte> frame)
    {
        foreach (var (start, end) in PlainSubmissions)
        {
            if (frame.StartsWith(start) && frame[start.Length..].EndsWith(end))
                return frame.Length <= limits.MessageBytes && Utf8.IsValid(frame) ? ClientMessageReader.ReadSubmission(frame[start.Length..^end.Length]) : null;
        }

        return null;
    }

    private static ClientMessage Of(ReadOnlySpan<byte> frame, ClientMessage message)
    {
        message.Bytes = frame.Length;
        return message;
    }

    /// <summary>The outer object of a frame. Its members come in any order; unknown ones are SignalR's business and are skipped.</summary>
    /// <param name="Argument">Where in the frame the first argument stands.</param>
    private readonly record struct Envelope(int Type, string? Target, bool HasInvocationId, int ArgumentCount, Range Argument)
    {
        public static Envelope Read(ReadOnlySpan<byte> frame)
        {
            int type = 0, count = 0;
            string? target = null;
            bool hasInvocationId = false;
            Range argument = default;
            var reader = new Utf8JsonReader(frame);
            try
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartObject)
                    throw new MalformedMessageException("Not a JSON object.");
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.ValueTextEquals("type"u8))
                        type = reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number) ? number : 0;
                    else if (reader.ValueTextEquals("target"u8))
                        target = reader.Read() && reader.TokenType == JsonTokenType.String ? VerbOf(ref reader) : null;
                    else if (reader.ValueTextEquals("invocationId"u8))
                        hasInvocationId = reader.Read() && reader.TokenType != JsonTokenType.Null;
                    else if (reader.ValueTextEquals("arguments"u8))
                        count = ReadArguments(ref reader, out argument);
                    else
                        reader.Read();
                    reader.Skip();
                }

                // Whatever stands behind the object is an error, too.
                reader.Read();
            }
            catch (JsonException failure)
            {
                throw new MalformedMessageException($"Not JSON, or nested deeper than 64, at byte {failure.BytePositionInLine}.");
            }
            catch (InvalidOperationException)
            {
                throw new MalformedMessageException("A name or the target is not well-formed Unicode.");
            }

            return new Envelope(type, target, hasInvocationId, count, argument);
        }

        private static int ReadArguments(ref Utf8JsonReader reader, out Range first)
        {
            first = default;
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
                return 0;
            int count = 0;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (count++ == 0)
                    first = start..(int)reader.BytesConsumed;
            }

            return count;
        }

        /// <summary>Compared without decoding: targets are few and plain.</summary>
        private static string? VerbOf(ref Utf8JsonReader reader)
        {
            foreach (string verb in Verbs)
            {
                if (reader.ValueTextEquals(verb))
                    return verb;
            }

            return null;
        }
    }
}
