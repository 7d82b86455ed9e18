namespace Collab.Contracts.Sessions;

/// <summary>What became of a stay that its host holds for open.</summary>
[GenerateSerializer, Alias("collab.StayStanding")]
public enum StayStanding
{
    /// <summary>The session is there.</summary>
    Here,

    /// <summary>Another connection has the session.</summary>
    Elsewhere,

    /// <summary>The session is not open any more. Its client may come back with its token.</summary>
    Over,
}
