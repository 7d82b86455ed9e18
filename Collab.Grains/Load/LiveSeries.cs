namespace Collab.Grains.Load;

/// <summary>A series by the name that <c>/metrics</c> gives it.</summary>
internal sealed record LiveSeries(string Name)
{
    private static readonly string[] CounterEndings = ["_total", "_bucket", "_sum", "_count"];

    /// <summary>It only grows, and what is asked for is how fast. By its name, as is Prometheus' custom.</summary>
    public bool IsCounter { get; } = Array.Exists(CounterEndings, Name.Split('{')[0].EndsWith);
}
