namespace Collab.Tests.Simulation;

/// <summary>What happened, for whoever looks for the cause of a failure. Off unless a seed is run again by itself.</summary>
internal sealed class Trace(Scheduler scheduler, bool isOn)
{
    private readonly List<string> _lines = [];

    public bool IsOn => isOn;

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>How often each of the things happened that the runs are there to provoke.</summary>
    public Dictionary<string, int> Counts { get; } = [];

    public void Count(string what, int times = 1) => Counts[what] = Counts.GetValueOrDefault(what) + times;

    public void Add([System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] ref TraceLine line)
    {
        if (isOn)
            _lines.Add($"{scheduler.Now.TotalMilliseconds,8:0} {line.Text.ToStringAndClear()}");
    }

    /// <summary>Formats nothing when the trace is off: ten thousand runs don't pay for lines that nobody reads.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    internal ref struct TraceLine
    {
        public System.Runtime.CompilerServices.DefaultInterpolatedStringHandler Text;

        public TraceLine(int literalLength, int formattedCount, Trace trace, out bool isOn)
        {
            isOn = trace.IsOn;
            Text = isOn ? new(literalLength, formattedCount) : default;
        }

        public void AppendLiteral(string value) => Text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => Text.AppendFormatted(value);
    }
}
