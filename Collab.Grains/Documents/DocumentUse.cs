namespace Collab.Grains.Documents;

/// <summary>Who is in an active document just now.</summary>
/// <param name="IsInUse">Somebody would miss it.</param>
/// <param name="Hosts">Web hosts that listen.</param>
/// <param name="FlushTime">How long the newest flush took until it was durable.</param>
public readonly record struct DocumentUse(bool IsInUse, int Sessions, int Hosts, TimeSpan FlushTime);
