using System.Buffers;
using System.Text;
using System.Text.Json;
using Collab.Client.Messages;
using Collab.Contracts;
using Collab.Contracts.Refusals;
using Collab.Grains.Sessions;
using Collab.Operations.RichText;
using Collab.Web;
using Collab.Web.Api;
using Collab.Web.Messages;
using Collab.Web.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.Options;

namespace Collab.Tests.Fuzz;

/// <summary>What comes over the network: frames of the hub, tokens, bodies of requests; and what a client gets.</summary>
internal static class MessageTargets
{
    private static readonly DocumentId Document = new("d");
    private static readonly CollabHubProtocol Protocol = new(new ClientLimits());
    private static readonly EphemeralDataProtectionProvider Keys = new();
    private static readonly ResumeTokens Resume = new(Keys, Options.Create(new SessionOptions()), TimeProvider.System);
    private static readonly AccessTokens Access = new(Keys, TimeProvider.System);
    private static readonly string GoodResume = Resume.Issue(new SessionId("anna"), Document, "ann", 3);

    private static readonly string GoodAccess = Access.Seal(
        new AccessToken("ann", "Ann", "*", Contracts.Access.Role.Editor, "id", DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddYears(1)));

    private static readonly string[] Arguments =
    [
        """join {"document":"d","version":1,"name":"Ann","color":"#aabbcc","resume":{"session":"anna","token":"t"},"revision":4}""", """join {"document":"d","version":1}""",
        """submit {"document":"d","sequence":1,"base":0,"delta":["a",3]}""", """submit {"document":"d","sequence":9,"base":7,"delta":[{"insert":"a","attributes":{"b":[1]}}]}""",
        """presence {"document":"d","revision":3,"state":{"selection":{"anchor":1,"head":2},"typing":true,"a":[[[1]]]}}""", """presence {"document":"d","revision":3,"state":null}""",
        """read {"document":"d","from":0}""", """check {"document":"d","revision":3,"hash":4294967295}""", """leave {"document":"d"}""", """authenticate {"token":"abc"}""",
        """quality {"document":"d","sent":1,"rtt":2.5,"jitter":1,"propagation":3,"resent":0.5,"updateRate":1,"bytesRate":2}""",
    ];

    private static readonly string[] Served =
    [
        """joined {"document":"d","session":"s","token":"t","epoch":1,"kind":"richtext","policy":"merge","title":"","revision":3,"applied":{"sequence":0,"revision":0},"snapshot":{"revision":3,"content":[{"insert":"a\n"}]},"presence":[{"session":"s","name":"n","color":"#112233","revision":3,"state":{"selection":{"anchor":0,"head":1}}}],"limits":{"messageBytes":1,"operationBytes":2,"documentLength":3},"role":"editor"}""",
        """operations {"document":"d","revision":4,"operations":[{"session":"s","sequence":1,"author":"a","at":1700000000000,"delta":[{"insert":"x"}],"conflicts":[{"kind":"k","resolution":"r","start":0,"length":1,"revision":2,"session":"t"}]}]}""",
        """acknowledged {"document":"d","sequence":1,"revision":2}""", """refused {"document":"d","verb":"submit","sequence":1,"reason":"malformed","action":"give_up","detail":"x","retryAfter":5}""",
        """presence {"document":"d","updates":[{"session":"s","name":"n","color":"#112233","revision":3,"state":null}],"left":["t"]}""", """closed {"document":"d","reason":"kicked","action":"give_up"}""",
    ];

    public static IEnumerable<FuzzTarget> All() =>
    [
        new("hub-frame", [.. Arguments.Select(Frame), .. Arguments.Select(Frame).Zip(Arguments.Select(Frame).Reverse(), (a, b) => (byte[])[.. a, .. b]), "{\"type\":6}\u001e"u8.ToArray(), "{\"type\":7}\u001e"u8.ToArray()], Frames),
        new("resume-token", [Encoding.ASCII.GetBytes(GoodResume), "x"u8.ToArray(), Convert.FromHexString("00")], ReadResume),
        new("access-token", [Encoding.ASCII.GetBytes(GoodAccess), "x"u8.ToArray(), Convert.FromHexString("00")], ReadAccess),
        new("create-body", ["""{"id":"d","kind":"text","policy":"strict","title":"A title"}"""u8.ToArray(), "{}"u8.ToArray()], ReadCreate),
        new("submit-body", ["""{"session":"api-a","sequence":1,"base":0,"delta":["a"]}"""u8.ToArray()], input => Body(() => ContentApi.Parse(input))),
        new("token-body", ["""{"subject":"ann","name":"Ann","documents":"a-*","role":"editor","lifetime":60}"""u8.ToArray()], input => Body(() => TokenRequest.Read(input, TimeSpan.FromDays(1)))),
        new("revoke-body", ["""{"id":"abc"}"""u8.ToArray(), """{"subject":"ann"}"""u8.ToArray()], input => Body(() => RevokeRequest.Read(input))),
        new("server-message", [.. Served.Select(Encoding.UTF8.GetBytes)], ReadServed),
    ];

    private static byte[] Frame(string message) =>
        Encoding.UTF8.GetBytes($$"""{"type":1,"target":"{{message[..message.IndexOf(' ', StringComparison.Ordinal)]}}","arguments":[{{message[(message.IndexOf(' ', StringComparison.Ordinal) + 1)..]}}]}""" + "\u001e");

    /// <summary>Every frame becomes a message of the hub, the same whether it came in one piece or in two; what is refused is answered in words that don't quote it.</summary>
    private static string Frames(byte[] input)
    {
        string whole = Parse(new ReadOnlySequence<byte>(input));
        int middle = input.Length / 2;
        if (input.Length > 1 && Parse(Pieces(input[..middle], input[middle..])) != whole)
            throw new FuzzException("In two pieces it says something else.");
        return whole;
    }

    private static string Parse(ReadOnlySequence<byte> input)
    {
        var outcome = new StringBuilder();
        while (Protocol.TryParseMessage(ref input, Binder.Instance, out var message))
        {
            outcome.Append(message switch
            {
                PingMessage => "ping",
                CloseMessage => "close",
                InvocationMessage { InvocationId: null, Arguments: [RefusedMessage refused], Target: "Refuse" } => Told(refused),
                InvocationMessage { InvocationId: null, Arguments: [{ } argument], Target: { } target } when argument.GetType().Name == target + "Message" => target,
                _ => throw new FuzzException($"It became {message}."),
            }).Append(' ');
            if (outcome.Length > 1_000)
                return outcome.ToString();
        }

        return outcome.ToString();
    }

    private static string Told(RefusedMessage refused)
    {
        if (refused.Refusal.Detail.Length > 300)
            throw new FuzzException($"The refusal is long: does it quote what was sent? {refused.Refusal.Detail}");
        // Written, it is a frame of its own, whatever the client had sent.
        var output = new ArrayBufferWriter<byte>();
        ServerMessages.Refused(refused.Document, refused.Verb, refused.Sequence, refused.Refusal).WriteTo(output);
        using var written = JsonDocument.Parse(output.WrittenMemory[..^1]);
        return $"{refused.Verb} {(refused.Document is null ? "" : "d")} {OperationTargets.Shape(refused.Refusal.Detail)}";
    }

    private static ReadOnlySequence<byte> Pieces(byte[] first, byte[] second)
    {
        var start = new Segment(first);
        var end = start.Then(second);
        return new ReadOnlySequence<byte>(start, 0, end, second.Length);
    }

    // Whoever altered one has none; a token that still opens must be one that says the same.
    private static string ReadResume(byte[] input)
    {
        var token = Resume.Read(Encoding.UTF8.GetString(input));
        if (token is not null && token != Resume.Read(GoodResume))
            throw new FuzzException("An altered token says something else.");
        return token is null ? $"none {input.Length / 8}" : "anna";
    }

    private static string ReadAccess(byte[] input)
    {
        var token = Access.Open(Encoding.UTF8.GetString(input), out string refusal);
        if (token is not null && token.Subject != "ann")
            throw new FuzzException("An altered token is somebody else's.");
        return token is null ? $"{refusal} {input.Length / 8}" : "ann";
    }

    private static string ReadCreate(byte[] input)
    {
        if (DocumentsApi.Parse(input, out var id, out var document) is { } refusal)
            return Told(refusal);
        if (!DocumentId.IsValid(id))
            throw new FuzzException("An id that is none was let through.");
        return $"create {document.Policy} {Math.Min(document.Kind.Length, 20)} {Math.Min(document.Title.Length, 20)}";
    }

    private static string Body(Func<object> read)
    {
        try
        {
            return read().GetType().Name;
        }
        catch (MalformedMessageException refused)
        {
            return Told(new Refusal(RefusalReason.Malformed, refused.Message));
        }
    }

    private static string Told(Refusal refusal) => refusal.Detail.Length < 300
        ? OperationTargets.Shape(refusal.Detail)
        : throw new FuzzException($"The refusal is long: does it quote what was sent? {refusal.Detail}");

    private static string ReadServed(byte[] input)
    {
        int space = Math.Max(0, Array.IndexOf(input, (byte)' '));
        try
        {
            using var message = JsonDocument.Parse(input.AsMemory(space));
            if (message.RootElement.ValueKind != JsonValueKind.Object)
                return "no object";
            string target = ServerMessageReader.Targets.FirstOrDefault(target => target.Length == space && Encoding.UTF8.GetString(input, 0, space) == target) ?? ServerMessageReader.Targets[input.Length % ServerMessageReader.Targets.Length];
            return ServerMessageReader.Read(target, message.RootElement, RichTextKind.Instance).GetType().Name;
        }
        catch (FormatException refused)
        {
            return OperationTargets.Shape(refused.Message);
        }
        catch (JsonException)
        {
            return "no JSON";
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes) => Memory = bytes;

        public Segment Then(byte[] bytes)
        {
            var next = new Segment(bytes) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }

    private sealed class Binder : IInvocationBinder
    {
        public static Binder Instance { get; } = new();

        public Type GetReturnType(string invocationId) => typeof(object);

        public IReadOnlyList<Type> GetParameterTypes(string methodName) => [typeof(object)];

        public Type GetStreamItemType(string streamId) => typeof(object);
    }
}
