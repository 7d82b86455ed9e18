namespace Collab.Client.Access;

/// <summary>What an input of <see cref="Authentication"/> leads to.</summary>
internal abstract record AuthenticationEffect
{
    /// <summary>Ask the source for a token.</summary>
    public sealed record Ask : AuthenticationEffect
    {
        public static Ask Instance { get; } = new();
    }

    /// <summary>A connection may be made.</summary>
    public sealed record Connect : AuthenticationEffect
    {
        public static Connect Instance { get; } = new();
    }

    /// <summary>The connection that is there is no good any more.</summary>
    public sealed record Reconnect : AuthenticationEffect
    {
        public static Reconnect Instance { get; } = new();
    }

    public sealed record Send(string Token) : AuthenticationEffect
    {
        // Whatever writes records into a log is not to write tokens.
        public override string ToString() => nameof(Send);
    }

    public sealed record Authenticated(Identity Identity) : AuthenticationEffect;

    public sealed record NobodyKnown(SignedOut SignedOut) : AuthenticationEffect;
}
