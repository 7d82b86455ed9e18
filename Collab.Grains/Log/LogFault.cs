namespace Collab.Grains.Log;

/// <summary>What kept the store from working: the values of the metric label <c>error_type</c>.</summary>
public enum LogFault
{
    /// <summary>None of the others; the exception's text says more.</summary>
    Other,

    /// <summary>Somebody else holds the store's lock for too long.</summary>
    Busy,

    /// <summary>Reading, writing or syncing failed.</summary>
    Io,

    /// <summary>No room left.</summary>
    Full,

    /// <summary>What is stored is damaged or is not a log.</summary>
    Corrupt,

    /// <summary>The store can't be opened: a missing folder, missing rights, another process that owns it.</summary>
    CannotOpen,

    /// <summary>No answer in time; what was asked for may still happen.</summary>
    Timeout,

    /// <summary>The writer or the store is being stopped.</summary>
    Stopping,
}
