namespace Orleans;

/// <summary>Why an activation ends.</summary>
public readonly struct DeactivationReason
{
    public DeactivationReason(DeactivationReasonCode code, string text)
        : this(code, null, text)
    {
    }

    public DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
    {
        ReasonCode = code;
        Exception = exception;
        Description = text;
    }

    public string Description { get; }

    public DeactivationReasonCode ReasonCode { get; }

    /// <summary>Set when a failure ends the activation: requests still queued are refused with it.</summary>
    public Exception? Exception { get; }

    public override string ToString() => Exception is null ? $"{ReasonCode}: {Description}" : $"{ReasonCode}: {Description}. Exception: {Exception}";
}

/// <summary>The kinds of <see cref="DeactivationReason"/>.</summary>
public enum DeactivationReasonCode : byte
{
    None = 0,
    ShuttingDown = 1,
    ActivationFailed = 2,
    DirectoryFailure = 3,
    ActivationIdle = 4,
    ActivationUnresponsive = 5,
    DuplicateActivation = 6,
    IncompatibleRequest = 7,
    ApplicationError = 8,
    ApplicationRequested = 9,
    Migrating = 10,
    RuntimeRequested = 11,
    HighMemoryPressure = 12,
}
