using System.Runtime.InteropServices;
using System.Text.Json;
using Collab.Client.Access;
using Collab.Client.Documents;
using Collab.Client.Presence;
using Collab.Operations;
using Collab.Operations.Deltas;

namespace Collab.Client.Messages;

/// <summary>Reads what the server says. Members that it does not know are ignored: a later server may say more.</summary>
internal static class ServerMessageReader
{
    /// <summary>The targets of the server's invocations.</summary>
    public static readonly string[] Targets = ["joined", "operations", "acknowledged", "refused", "presence", "closed", "role", "measured", "authenticated"];

    // The log's deltas were within the limits of the day on which they were accepted.
    private static readonly DeltaLimits Unlimited = new(int.MaxValue, int.MaxValue);

    /// <summary>The document that a message is about; null for a refusal of something that named none.</summary>
    public static string? Document(JsonElement message) => message.TryGetProperty("document"u8, out var document) ? document.GetString() : null;

    /// <summary>Whether a message answers a join, also one that can't be read any further.</summary>
    public static bool AnswersJoin(string target, JsonElement message) =>
        target == "joined" || (target == "refused" && message.TryGetProperty("verb"u8, out var verb) && verb.ValueKind == JsonValueKind.String && verb.ValueEquals("join"u8));

    /// <param name="kind">The document's kind, null before it is joined. <c>joined</c> brings its own.</param>
    /// <exception cref="FormatException">The message breaks the protocol.</exception>
    public static ServerMessage Read(string target, JsonElement message, IDocumentKind? kind)
    {
        try
        {
            return target switch
            {
                "operations" => new ServerMessage.Operations(DocumentOf(message), Operations(message, kind ?? throw new FormatException("Operations came before 'joined'."))),
                "acknowledged" => new ServerMessage.Acknowledged(DocumentOf(message), Number(message, "sequence"u8), Number(message, "revision"u8)),
                "presence" => new ServerMessage.Presences(DocumentOf(message), Presences(message.GetProperty("updates"u8)), Left(message)) { Count = Count(message) },
                "role" => new ServerMessage.RoleChanged(DocumentOf(message), Role(message) ?? DocumentRole.None),
                "measured" => new ServerMessage.Measured(DocumentOf(message), message.GetProperty("sent"u8).GetDouble(), Number(message, "at"u8)),
                "refused" => Refused(message),
                "joined" => Joined(message),
                "closed" => new ServerMessage.Closed(DocumentOf(message), String(message, "reason"u8), Action(message)),
                _ => throw new FormatException($"There is no message '{target}'."),
            };
        }
        catch (Exception broken) when (broken is KeyNotFoundException or InvalidOperationException or ArgumentOutOfRangeException or OverflowException)
        {
            throw new FormatException($"Message '{target}' lacks a member or has one of another type.", broken);
        }
    }

    /// <summary>Reads one operation object.</summary>
    /// <param name="revision">The revision that it makes; the object itself does not say.</param>
    public static Operation Operation(JsonElement operation, long revision, IDocumentKind kind)
    {
        var delta = JsonMarshal.GetRawUtf8Value(operation.GetProperty("delta"u8));
        return new Operation(
            revision,
            String(operation, "session"u8),
            Number(operation, "sequence"u8),
            OptionalString(operation, "author"u8),
            DateTimeOffset.FromUnixTimeMilliseconds(Number(operation, "at"u8)),
            kind.DecodeDelta(delta, Unlimited),
            Conflicts(operation) ?? [])
        { Bytes = delta.Length };
    }

    /// <summary>Reads problem details (RFC 9457) as the API answers them; whatever else stood before it may have answered.</summary>
    public static CollabException Problem(int status, byte[] body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            var root = problem.RootElement;
            return new CollabException(
                OptionalString(root, "reason"u8) ?? $"http_{status}", OptionalString(root, "detail"u8) ?? OptionalString(root, "title"u8) ?? $"Status {status}.");
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return new CollabException($"http_{status}", $"The server answered with status {status} and no problem details.");
        }
    }

    private static Operation[] Operations(JsonElement message, IDocumentKind kind)
    {
        var list = message.GetProperty("operations"u8);
        long revision = Number(message, "revision"u8);
        var operations = new Operation[list.GetArrayLength()];
        int i = 0;
        foreach (var operation in list.EnumerateArray())
        {
            operations[i] = Operation(operation, revision + i, kind);
            i++;
        }

        return operations;
    }

    private static ServerMessage.Joined Joined(JsonElement message)
    {
        string name = String(message, "kind"u8);
        var kind = DocumentKinds.Find(name) ?? throw new FormatException($"This client does not know documents of kind '{name}'.");
        var applied = message.GetProperty("applied"u8);
        var limits = message.GetProperty("limits"u8);
        return new ServerMessage.Joined(
            DocumentOf(message),
            String(message, "session"u8),
            String(message, "token"u8),
            Number(message, "epoch"u8),
            kind,
            String(message, "policy"u8),
            OptionalString(message, "title"u8) ?? "",
            Number(message, "revision"u8),
            Number(applied, "sequence"u8),
            Number(applied, "revision"u8),
            Snapshot(message, kind),
            Presences(message.GetProperty("presence"u8)),
            new Limits(Length(limits, "messageBytes"u8), Length(limits, "operationBytes"u8), Length(limits, "documentLength"u8)))
        {
            Role = Role(message),
            Subject = OptionalString(message, "subject"u8),
            Count = Count(message),
        };
    }

    // A role that a later server invents allows nothing that this client knows of.
    private static DocumentRole? Role(JsonElement message) => OptionalString(message, "role"u8) switch
    {
        null => null,
        "viewer" => DocumentRole.Viewer,
        "commenter" => DocumentRole.Commenter,
        "editor" => DocumentRole.Editor,
        "owner" => DocumentRole.Owner,
        _ => DocumentRole.None,
    };

    private static int? Count(JsonElement message) => OptionalNumber(message, "count"u8) is { } count ? (int)Math.Clamp(count, 0, int.MaxValue) : null;

    private static Snapshot? Snapshot(JsonElement message, IDocumentKind kind)
    {
        if (!message.TryGetProperty("snapshot"u8, out var snapshot) || snapshot.ValueKind == JsonValueKind.Null)
            return null;
        return new Snapshot(Number(snapshot, "revision"u8), kind.DecodeContent(JsonMarshal.GetRawUtf8Value(snapshot.GetProperty("content"u8))));
    }

    /// <summary>Reads <c>authenticated</c>, which is about no document.</summary>
    public static Identity Identity(JsonElement message) => new(
        OptionalString(message, "subject"u8),
        OptionalString(message, "name"u8),
        OptionalNumber(message, "expiresAt"u8) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null);

    private static ServerMessage.Refused Refused(JsonElement message) => new(
        Document(message),
        String(message, "verb"u8),
        OptionalNumber(message, "sequence"u8),
        new Refusal(
            String(message, "reason"u8),
            Action(message),
            OptionalString(message, "detail"u8) ?? "",
            OptionalNumber(message, "retryAfter"u8) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null,
            Conflicts(message)));

    private static RefusalAction Action(JsonElement message) => String(message, "action"u8) switch
    {
        "retry" => RefusalAction.Retry,
        "resync" => RefusalAction.Resync,
        "give_up" => RefusalAction.GiveUp,
        "authenticate" => RefusalAction.Authenticate,
        // A later server's: nothing is lost by trying again.
        _ => RefusalAction.Retry,
    };

    private static Conflict[]? Conflicts(JsonElement message)
    {
        if (!message.TryGetProperty("conflicts"u8, out var list) || list.ValueKind != JsonValueKind.Array)
            return null;
        return [.. list.EnumerateArray().Select(conflict => new Conflict(
            String(conflict, "kind"u8),
            String(conflict, "resolution"u8),
            Length(conflict, "start"u8),
            Length(conflict, "length"u8),
            Number(conflict, "revision"u8),
            String(conflict, "session"u8),
            OptionalString(conflict, "author"u8)))];
    }

    private static PresenceUpdate[] Presences(JsonElement list) => [.. list.EnumerateArray().Select(Presence)];

    private static PresenceUpdate Presence(JsonElement update)
    {
        // What is in the state is another client's word, so it is looked at with care; it outlives the message, so it is copied.
        var state = update.TryGetProperty("state"u8, out var said) && said.ValueKind == JsonValueKind.Object ? said.Clone() : default;
        bool isObject = state.ValueKind == JsonValueKind.Object;
        return new PresenceUpdate(
            String(update, "session"u8),
            OptionalString(update, "name"u8) ?? "",
            OptionalString(update, "color"u8) ?? "",
            Number(update, "revision"u8),
            isObject ? Selection(state) : null,
            isObject && state.TryGetProperty("typing"u8, out var typing) && typing.ValueKind == JsonValueKind.True,
            state)
        { Subject = OptionalString(update, "subject"u8) };
    }

    private static Selection? Selection(JsonElement state) =>
        state.TryGetProperty("selection"u8, out var selection) && selection.ValueKind == JsonValueKind.Object
        && Position(selection, "anchor"u8) is { } anchor && Position(selection, "head"u8) is { } head
            ? new Selection(anchor, head)
            : null;

    private static int? Position(JsonElement selection, ReadOnlySpan<byte> name) =>
        selection.TryGetProperty(name, out var position) && position.ValueKind == JsonValueKind.Number && position.TryGetInt32(out int value) && value >= 0
            ? value
            : null;

    private static string[] Left(JsonElement message) =>
        message.TryGetProperty("left"u8, out var left) ? [.. left.EnumerateArray().Select(session => session.GetString()!)] : [];

    private static string DocumentOf(JsonElement message) => String(message, "document"u8);

    private static string String(JsonElement element, ReadOnlySpan<byte> name) =>
        element.GetProperty(name).GetString() ?? throw new FormatException("A member that must be a string is null.");

    private static string? OptionalString(JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static long Number(JsonElement element, ReadOnlySpan<byte> name) => element.GetProperty(name).GetInt64();

    private static int Length(JsonElement element, ReadOnlySpan<byte> name) => element.GetProperty(name).GetInt32();

    private static long? OptionalNumber(JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
}
