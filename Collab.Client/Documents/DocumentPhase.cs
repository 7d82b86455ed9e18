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

    /// <summary>Nothing happened here for so long that the server ended the stay. The next edit or selection leads back, or <see cref="CollabDocument.Wake"/>.</summary>
    Idle,

    /// <summary>The token has ended, or the server does not take it; edits are kept until there is another.</summary>
    Unauthenticated,
}
