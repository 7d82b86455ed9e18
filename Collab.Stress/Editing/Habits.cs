using Collab.Stress.Editing.Edits;

namespace Collab.Stress.Editing;

/// <summary>What one client does, and how often: all that is left to chance comes from its seed.</summary>
/// <param name="interval">Between two actions on average; zero: the next begins when the one before has ended.</param>
internal sealed class Habits(int seed, EditMix mix, Pastes pastes, EditStyle style, TimeSpan interval)
{
    private readonly Intentions _intentions = new(seed, mix, pastes);

    // Of its own: a pause more or less changes nothing of what is done.
    private readonly Random _pauses = new(~seed);

    public EditStyle Style => style;

    public TimeSpan Interval => interval;

    public Intention Next() => _intentions.Next();

    /// <summary>From half to one and a half of the interval, so that nobody edits in step.</summary>
    public TimeSpan NextPause() => interval * (0.5 + _pauses.NextDouble());
}
