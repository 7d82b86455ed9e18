namespace Collab.Stress.Editing;

/// <summary>Times of happenings: the same in long runs, and short enough in short ones that they happen at all.</summary>
internal static class Spans
{
    public static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
