using Orleans.Runtime;

namespace Orleans.Engine;

/// <summary>Whose turn this thread runs. Set around the turns of an activation, null elsewhere (also in <c>Task.Run</c>).</summary>
internal sealed class TurnContext : IGrainContextAccessor
{
    [ThreadStatic]
    private static IGrainContext? _current;

    public static IGrainContext? Current
    {
        get => _current;
        set => _current = value;
    }

    IGrainContext? IGrainContextAccessor.GrainContext => _current;
}
