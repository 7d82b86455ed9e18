namespace Collab.Client.Documents;

/// <summary>How a document stands with the server. In every phase but <see cref="Closed"/> it can be edited once it was loaded.</summary>
public enum DocumentPhase
{
    /// <summary>There is no connection; edits are kept.</summary>
    Offline,

    /// <summary>There is a connection, and the session asks to be admitted.</summary>
    Joining,

    /// <summary>Admitted: operations come and go.</summary>
    Live,

    /// <summary>Over: left, or sent away for good.</summary>
    Closed,
}
