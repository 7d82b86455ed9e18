namespace Collab.Observability;

/// <summary>How this process is called where operators see several: in the load page, the live page and traces.</summary>
public static class ThisProcess
{
    /// <summary><c>machine:process id</c>.</summary>
    public static string Name { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";
}
