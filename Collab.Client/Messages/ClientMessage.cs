namespace Collab.Client.Messages;

/// <summary>What a client says about one document; the table "Client to server" of <c>docs/protocol.md</c>.</summary>
internal abstract record ClientMessage(string Document)
{
    /// <summary>The name of the hub method.</summary>
    public abstract string Target { get; }

    /// <param name="Session">With <paramref name="Token"/>: the session that goes on. Null for a new one.</param>
    /// <param name="Revision">The revision whose content is here; null asks for a snapshot.</param>
    public sealed record Join(string Document, string? Name, string? Color, string? Session, string? Token, long? Revision) : ClientMessage(Document)
    {
        public override string Target => "join";
    }

    /// <param name="Delta">Canonical JSON. Kept as bytes, since a resubmission has to be the same byte for byte.</param>
    public sealed record Submit(string Document, long Sequence, long Base, ReadOnlyMemory<byte> Delta) : ClientMessage(Document)
    {
        public override string Target => "submit";
    }

    public sealed record Read(string Document, long From) : ClientMessage(Document)
    {
        public override string Target => "read";
    }

    /// <param name="Selection">Positions at <paramref name="Revision"/>.</param>
    /// <param name="IsCleared">Sends the state null: nothing is shown any more.</param>
    public sealed record Presence(string Document, long Revision, Collab.Operations.Deltas.Selection? Selection, bool IsTyping, bool IsCleared)
        : ClientMessage(Document)
    {
        public override string Target => "presence";
    }

    public sealed record Check(string Document, long Revision, uint Hash) : ClientMessage(Document)
    {
        public override string Target => "check";
    }

    /// <param name="Token">Never written anywhere but to the server.</param>
    public sealed record Authenticate(string Token) : ClientMessage("")
    {
        public override string Target => "authenticate";

        public override string ToString() => nameof(Authenticate);
    }

    /// <param name="Sent">By the client's clock, milliseconds; the members in milliseconds, 0 to 1, and per second, null where nothing was measured.</param>
    public sealed record Quality(string Document, double Sent) : ClientMessage(Document)
    {
        public double? RoundTrip { get; init; }

        public double? Jitter { get; init; }

        public double? Propagation { get; init; }

        public double? Resent { get; init; }

        public double? UpdateRate { get; init; }

        public double? BytesRate { get; init; }

        public override string Target => "quality";
    }

    public sealed record Leave(string Document) : ClientMessage(Document)
    {
        public override string Target => "leave";
    }
}
