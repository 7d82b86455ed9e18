using System.Text.Json;
using Collab.Contracts;
using Collab.Contracts.Presence;
using Collab.Contracts.Refusals;
using Collab.Contracts.Sessions;
using Collab.Observability;
using Collab.Web.Quality;

namespace Collab.Web.Messages;

/// <summary>Turns the argument of a client's message into the verb's own type, strictly. Pure.</summary>
internal sealed class ClientMessageReader(ClientLimits limits)
{
    private const int TokenLengthLimit = 1024;

    // Also a host's own tokens come this way, with claims that we know nothing of.
    private const int AccessTokenLengthLimit = 16 << 10;

    private static readonly string[] AuthenticateMembers = ["token"];
    private static readonly string[] JoinMembers = ["document", "version", "name", "color", "resume", "revision"];
    private static readonly string[] ResumeMembers = ["session", "token"];
    private static readonly string[] SubmitMembers = ["document", "sequence", "base", "delta"];
    private static readonly string[] ReadMembers = ["document", "from"];
    private static readonly string[] PresenceMembers = ["document", "revision", "state"];
    private static readonly string[] CheckMembers = ["document", "revision", "hash"];
    private static readonly string[] LeaveMembers = ["document"];
    private static readonly string[] QualityMembers = ["document", "sent", "rtt", "jitter", "propagation", "resent", "updateRate", "bytesRate"];

    // As far as JavaScript's clocks go: 2^53 milliseconds.
    private const double ClientClockLimit = 1L << 53;

    /// <summary>Reads <paramref name="argument"/> as the verb <paramref name="target"/> wants it.</summary>
    /// <returns>One of the types of this folder; <see cref="RefusedMessage"/> when a rule is broken.</returns>
    public ClientMessage Read(string target, ReadOnlySpan<byte> argument)
    {
        try
        {
            return target switch
            {
                "submit" => Submit(argument),
                "presence" => Presence(argument),
                "join" => Join(argument),
                "read" => Read(argument),
                "check" => Check(argument),
                "leave" => Leave(argument),
                "quality" => Quality(argument),
                "authenticate" => Authenticate(argument),
                _ => throw new MalformedMessageException("No such target; there are authenticate, join, submit, read, presence, check, quality and leave."),
            };
        }
        catch (MalformedMessageException failure)
        {
            return Refuse(target, argument, new Refusal(RefusalReason.Malformed, failure.Message));
        }
    }

    /// <summary>Reads the argument of a submission.</summary>
    /// <returns>Null when a rule is broken.</returns>
    public static SubmitMessage? ReadSubmission(ReadOnlySpan<byte> argument)
    {
        try
        {
            return Submit(argument);
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    /// <summary>The refusal of a message, with as much of its address (document, sequence) as can be told from it.</summary>
    public static RefusedMessage Refuse(string verb, ReadOnlySpan<byte> argument, Refusal refusal)
    {
        DocumentId? document = null;
        long? sequence = null;
        try
        {
            using var parsed = JsonDocument.Parse(argument.ToArray());
            if (parsed.RootElement.ValueKind == JsonValueKind.Object)
            {
                if (parsed.RootElement.TryGetProperty("document"u8, out var id) && id.ValueKind == JsonValueKind.String && DocumentId.IsValid(id.GetString()))
                    document = new DocumentId(id.GetString()!);
                if (parsed.RootElement.TryGetProperty("sequence"u8, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out long value))
                    sequence = value;
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Not JSON, or not Unicode: then its address can't be told.
        }

        return new RefusedMessage(document, verb, sequence, refusal);
    }

    private static AuthenticateMessage Authenticate(ReadOnlySpan<byte> argument)
    {
        var members = new MemberReader(argument, AuthenticateMembers);
        string token = "";
        while (members.Next() >= 0)
            token = members.String(0, AccessTokenLengthLimit);
        members.Require(0b1);
        // It becomes a header, in which nothing else may stand.
        return token.Length > 0 && token.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0
            ? new AuthenticateMessage(token)
            : throw new MalformedMessageException("Member 'token' is not of printable ASCII characters.");
    }

    private static SubmitMessage Submit(ReadOnlySpan<byte> argument)
    {
        var members = new MemberReader(argument, SubmitMembers, isArgument: true);
        DocumentId document = default;
        long sequence = 0;
        Revision @base = default;
        byte[] delta = [];
        for (int member; (member = members.Next()) >= 0;)
        {
            switch (member)
            {
                case 0: document = members.Document(member); break;
                case 1: sequence = members.Counter(member, 1); break;
                case 2: @base = members.Revision(member); break;
                case 3: delta = members.RawContainer(member).ToArray(); break;
            }
        }

        members.Require(0b1111);
        return new SubmitMessage(document, sequence, @base, delta);
    }

    private static ReadMessage Read(ReadOnlySpan<byte> argument)
    {
        var members = new MemberReader(argument, ReadMembers);
        DocumentId document = default;
        Revision from = default;
        for (int member; (member = members.Next()) >= 0;)
        {
            switch (member)
            {
                case 0: document = members.Document(member); break;
                case 1: from = members.Revision(member); break;
            }
        }

        members.Require(0b11);
        return new ReadMessage(document, from);
    }

    private static CheckMessage Check(ReadOnlySpan<byte> argument)
    {
        var members = new MemberReader(argument, CheckMembers);
        DocumentId document = default;
        Revision revision = default;
        uint hash = 0;
        for (int member; (member = members.Next()) >= 0;)
        {
            switch (member)
            {
                case 0: document = members.Document(member); break;
                case 1: revision = members.Revision(member); break;
                case 2: hash = (uint)members.Counter(member, 0, uint.MaxValue); break;
            }
        }

        members.Require(0b111);
        return new CheckMessage(document, revision, hash);
    }

    private static LeaveMessage Leave(ReadOnlySpan<byte> argument)
    {
        var members = new MemberReader(argument, LeaveMembers);
        DocumentId document = default;
        while (members.Next() >= 0)
            document = members.Document(0);
        members.Require(0b1);
        return new LeaveMessage(document);
    }

    private static QualityMessage Quality(ReadOnlySpan<byte> argument)
    {
        var members = new MemberReader(argument, QualityMembers);
        DocumentId document = default;
        double sent = 0;
        double? roundTrip = null, jitter = null, propagation = null, resent = null, updateRate = null, bytesRate = null;
        for (int member; (member = members.Next()) >= 0;)
        {
            switch (member)
            {
                case 0: document = members.Document(member); break;
                case 1: sent = members.Measure(member, ClientClockLimit); break;
                case 2: roundTrip = members.Measure(member, QualityReport.TimeLimit); break;
                case 3: jitter = members.Measure(member, QualityReport.TimeLimit); break;
                case 4: propagation = members.Measure(member, QualityReport.TimeLimit); break;
                case 5: resent = members.Measure(member, 1); break;
                case 6: updateRate = members.Measure(member, QualityReport.UpdateRateLimit); break;
                case 7: bytesRate = members.Measure(member, QualityReport.BytesRateLimit); break;
            }
        }

        members.Require(0b11);
        return new QualityMessage(document, sent, new QualityReport(roundTrip, jitter, propagation, resent, updateRate, bytesRate));
    }

    private PresenceMessage Presence(ReadOnlySpan<byte> argument)
    {
        var members = new MemberReader(argument, PresenceMembers);
        DocumentId document = default;
        Revision revision = default;
        byte[] state = [];
        int depth = 0;
        for (int member; (member = members.Next()) >= 0;)
        {
            switch (member)
            {
                case 0: document = members.Document(member); break;
                case 1: revision = members.Revision(member); break;
                case 2: state = members.RawObjectOrNull(member, out depth).ToArray(); break;
            }
        }

        members.Require(0b111);
        if (state.Length > limits.PresenceStateBytes)
            throw Over(Limit.PresenceStateBytes, $"Member 'state' has {state.Length} bytes, over the limit of {limits.PresenceStateBytes} (Collab:Limits:PresenceStateBytes).");
        if (depth > limits.PresenceStateDepth)
            throw Over(Limit.PresenceStateDepth, $"Member 'state' is nested {depth} deep, over the limit of {limits.PresenceStateDepth} (Collab:Limits:PresenceStateDepth).");
        return new PresenceMessage(document, revision, state);
    }

    private static MalformedMessageException Over(Limit limit, string detail)
    {
        LimitMetrics.Reached(limit);
        return new MalformedMessageException(detail);
    }

    private static JoinMessage Join(ReadOnlySpan<byte> argument)
    {
        var members = new MemberReader(argument, JoinMembers);
        DocumentId document = default;
        long version = 0;
        string name = "", color = "";
        (SessionId Session, string Token)? resume = null;
        Revision? revision = null;
        for (int member; (member = members.Next()) >= 0;)
        {
            switch (member)
            {
                case 0: document = members.Document(member); break;
                case 1: version = members.Counter(member, 0); break;
                case 2: name = members.String(member, JoinRequest.NameLimit); break;
                case 3: color = Color(members.String(member, 7)); break;
                case 4: resume = Resume(members.RawContainer(member)); break;
                case 5: revision = members.Revision(member); break;
            }
        }

        members.Require(0b11);
        return new JoinMessage(document, version, name, color, resume?.Session, resume?.Token, revision);
    }

    private static (SessionId Session, string Token) Resume(ReadOnlySpan<byte> value)
    {
        var members = new MemberReader(value, ResumeMembers);
        SessionId session = default;
        string token = "";
        for (int member; (member = members.Next()) >= 0;)
        {
            switch (member)
            {
                case 0: session = members.Session(member); break;
                case 1: token = members.String(member, TokenLengthLimit); break;
            }
        }

        members.Require(0b11);
        return (session, token);
    }

    /// <summary>Others put it into a style sheet: nothing but a hex colour gets through. See <see cref="PresenceEntry.Color"/>.</summary>
    private static string Color(string value) => value is ['#', _, _, _, _, _, _] && value.AsSpan(1).IndexOfAnyExcept(HexDigits) < 0
        ? value
        : throw new MalformedMessageException("Member 'color' is not #rrggbb.");

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
}
