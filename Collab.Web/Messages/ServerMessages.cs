using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Contracts.Documents;
using Collab.Contracts.Presence;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Web.Security;

namespace Collab.Web.Messages;

/// <summary>Writes the server's messages of <c>docs/protocol.md</c> as frames of the hub protocol.</summary>
internal static class ServerMessages
{
    // Inside frames only JSON's own escapes are needed; escaping for HTML would triple a name in Cyrillic.
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private static readonly byte[] End = [.. "}]}"u8, CollabHubProtocol.RecordSeparator];

    public static ServerMessage Ping { get; } = Whole(ServerMessageType.Control, "{\"type\":6}\u001e"u8);

    /// <summary>SignalR's goodbye: the WebSocket is closed behind it.</summary>
    public static ServerMessage Goodbye { get; } = Whole(ServerMessageType.Control, "{\"type\":7}\u001e"u8);

    /// <summary>The same to a client that broke a rule for which there is no refusal.</summary>
    public static ServerMessage BadEnd { get; } = Whole(ServerMessageType.Control, "{\"type\":7,\"error\":\"Connection closed with an error.\"}\u001e"u8);

    /// <summary>Consecutive operations, the bytes of each as the log has them. Sent to every connection of a document on this host.</summary>
    public static ServerMessage Operations(DocumentId document, Revision first, ReadOnlySpan<ReadOnlyMemory<byte>> operations)
    {
        var start = "{\"type\":1,\"target\":\"operations\",\"arguments\":[{\"document\":\""u8;
        var middle = "\",\"revision\":"u8;
        var list = ",\"operations\":["u8;
        int size = start.Length + document.Value.Length + middle.Length + 20 + list.Length + 1 + End.Length;
        foreach (var operation in operations)
            size += operation.Length + 1;

        byte[] frame = GC.AllocateUninitializedArray<byte>(TextFrame.HeaderRoom + size);
        var output = new MessageWriter(frame.AsSpan(TextFrame.HeaderRoom));
        output.Write(start);
        // A document's id consists of characters that JSON takes as they are.
        output.WriteAscii(document.Value);
        output.Write(middle);
        output.WriteNumber(first.Value);
        output.Write(list);
        for (int i = 0; i < operations.Length; i++)
        {
            if (i > 0)
                output.Write(","u8);
            output.Write(operations[i].Span);
        }

        output.Write("]"u8);
        output.Write(End);
        return new ServerMessage(ServerMessageType.Operations, frame, output.Written);
    }

    public static ServerMessage Acknowledged(DocumentId document, long sequence, Revision revision) =>
        Write(ServerMessageType.Acknowledged, json =>
        {
            json.WriteString("document"u8, document.Value);
            json.WriteNumber("sequence"u8, sequence);
            json.WriteNumber("revision"u8, revision.Value);
        });

    public static ServerMessage Refused(DocumentId? document, string verb, long? sequence, Refusal refusal) =>
        Write(ServerMessageType.Refused, json =>
        {
            if (document is { } id)
                json.WriteString("document"u8, id.Value);
            json.WriteString("verb"u8, verb);
            if (sequence is { } number)
                json.WriteNumber("sequence"u8, number);
            json.WriteString("reason"u8, refusal.Reason.Code());
            json.WriteString("action"u8, refusal.Reason.Action());
            json.WriteString("detail"u8, refusal.Detail);
            if (refusal.RetryAfter is { } after)
                json.WriteNumber("retryAfter"u8, (long)after.TotalMilliseconds);
            if (!refusal.Conflicts.IsEmpty)
            {
                json.WritePropertyName("conflicts"u8);
                json.WriteRawValue(refusal.Conflicts.Span, skipInputValidation: true);
            }
        });

    public static ServerMessage Authenticated(Caller caller) =>
        Write(ServerMessageType.Authenticated, json =>
        {
            if (caller.Subject is { } subject)
                json.WriteString("subject"u8, subject);
            if (caller.Name.Length > 0)
                json.WriteString("name"u8, caller.Name);
            if (caller.ExpiresAt is { } end)
                json.WriteNumber("expiresAt"u8, end.ToUnixTimeMilliseconds());
        });

    public static ServerMessage Presence(PresenceBatch batch) =>
        Write(ServerMessageType.Presence, json =>
        {
            json.WriteString("document"u8, batch.Document.Value);
            WriteEntries(json, "updates"u8, batch.Updates);
            json.WriteStartArray("left"u8);
            foreach (var session in batch.Left)
                json.WriteStringValue(session.Value);
            json.WriteEndArray();
            if (batch.Count > 0)
                json.WriteNumber("count"u8, batch.Count);
        });

    /// <summary>The answer to <c>quality</c>: from both clocks a client learns how far they are apart.</summary>
    public static ServerMessage Measured(DocumentId document, double sent, DateTimeOffset at) =>
        Write(ServerMessageType.Measured, json =>
        {
            json.WriteString("document"u8, document.Value);
            json.WriteNumber("sent"u8, sent);
            json.WriteNumber("at"u8, at.ToUnixTimeMilliseconds());
        });

    public static ServerMessage Role(DocumentId document, Role role) =>
        Write(ServerMessageType.Role, json =>
        {
            json.WriteString("document"u8, document.Value);
            json.WriteString("role"u8, role.Word());
        });

    public static ServerMessage Closed(DocumentId document, SessionCloseReason reason) =>
        Write(ServerMessageType.Closed, json =>
        {
            json.WriteString("document"u8, document.Value);
            json.WriteString("reason"u8, RefusalReasons.SnakeCase(reason.ToString()));
            // One that this build does not know is a newer silo's: if the session is not to come back, it says so again.
            bool comesBack = reason is SessionCloseReason.ServerShutdown or SessionCloseReason.InactiveTimeout || !Enum.IsDefined(reason);
            json.WriteString("action"u8, reason == SessionCloseReason.TokenExpired ? "authenticate" : comesBack ? "resync" : "give_up");
        });

    /// <param name="subject">Who the session is; null for an anonymous one.</param>
    /// <param name="head">The newest durable revision that is known.</param>
    /// <param name="snapshot">Null when the operations that follow lead on from the revision that the client has.</param>
    public static ServerMessage Joined(
        SessionId session, string token, Admission admission, Revision head, EncodedSnapshot? snapshot, Role role,
        ImmutableArray<PresenceEntry> presence, CollabOptions options, string? subject = null)
    {
        var document = admission.Document!;
        var authority = admission.Limits ?? DocumentLimits.Untold;
        byte[] start = Part(json =>
        {
            json.WriteStartObject();
            json.WriteString("document"u8, document.Id.Value);
            json.WriteString("session"u8, session.Value);
            json.WriteString("token"u8, token);
            if (subject is not null)
                json.WriteString("subject"u8, subject);
            json.WriteNumber("epoch"u8, document.Epoch);
            json.WriteString("kind"u8, document.Kind);
            json.WriteString("policy"u8, RefusalReasons.SnakeCase(document.Policy.ToString()));
            json.WriteString("title"u8, document.Title);
            json.WriteString("role"u8, role.Word());
            json.WriteNumber("revision"u8, head.Value);
            json.WriteStartObject("applied"u8);
            json.WriteNumber("sequence"u8, admission.AppliedSequence);
            json.WriteNumber("revision"u8, admission.AppliedRevision.Value);
            json.WriteEndObject();
            WriteEntries(json, "presence"u8, presence);
            json.WriteStartObject("limits"u8);
            json.WriteNumber("messageBytes"u8, options.Limits.MessageBytes);
            json.WriteNumber("operationBytes"u8, authority.OperationBytes);
            json.WriteNumber("documentLength"u8, authority.DocumentLength);
            json.WriteEndObject();
        }, "joined"u8);
        return snapshot is null
            ? new ServerMessage(ServerMessageType.Joined, start, default, End)
            : new ServerMessage(
                ServerMessageType.Joined,
                (byte[])[.. start, .. ",\"snapshot\":{\"revision\":"u8, .. Encoding.ASCII.GetBytes(snapshot.Revision.ToString()), .. ",\"content\":"u8],
                snapshot.Content,
                (byte[])[.. "}"u8, .. End]);
    }

    private static void WriteEntries(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<PresenceEntry> entries)
    {
        json.WriteStartArray(name);
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("session"u8, entry.Session.Value);
            json.WriteString("name"u8, entry.Name);
            json.WriteString("color"u8, entry.Color);
            if (entry.Subject is { } subject)
                json.WriteString("subject"u8, subject);
            json.WriteNumber("revision"u8, entry.Revision.Value);
            json.WritePropertyName("state"u8);
            json.WriteRawValue(entry.State.IsEmpty ? "null"u8 : entry.State.Span, skipInputValidation: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static ServerMessage Write(ServerMessageType type, Action<Utf8JsonWriter> members) =>
        Whole(type, Part(json =>
        {
            json.WriteStartObject();
            members(json);
        }, Encoding.ASCII.GetBytes(type.ToString().ToLowerInvariant())), End);

    private static ServerMessage Whole(ServerMessageType type, ReadOnlySpan<byte> start, ReadOnlySpan<byte> end = default)
    {
        byte[] framed = new byte[TextFrame.HeaderRoom + start.Length + end.Length];
        start.CopyTo(framed.AsSpan(TextFrame.HeaderRoom));
        end.CopyTo(framed.AsSpan(TextFrame.HeaderRoom + start.Length));
        return new ServerMessage(type, framed, start.Length + end.Length);
    }

    /// <summary>The beginning of a message, up to and without the argument's closing brace.</summary>
    private static byte[] Part(Action<Utf8JsonWriter> argument, ReadOnlySpan<byte> target)
    {
        var output = new ArrayBufferWriter<byte>(512);
        output.Write("{\"type\":1,\"target\":\""u8);
        output.Write(target);
        output.Write("\",\"arguments\":["u8);
        using var json = new Utf8JsonWriter(output, WriterOptions);
        argument(json);
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Writes into an array that is known to be large enough.</summary>
    private ref struct MessageWriter(Span<byte> message)
    {
        private readonly Span<byte> _message = message;

        public int Written { get; private set; }

        public void Write(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_message[Written..]);
            Written += bytes.Length;
        }

        public void WriteAscii(string text) => Written += Encoding.ASCII.GetBytes(text, _message[Written..]);

        public void WriteNumber(long value)
        {
            bool isWritten = value.TryFormat(_message[Written..], out int bytes, default, System.Globalization.CultureInfo.InvariantCulture);
            Debug.Assert(isWritten);
            Written += bytes;
        }
    }
}
