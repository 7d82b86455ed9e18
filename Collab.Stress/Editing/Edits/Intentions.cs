namespace Collab.Stress.Editing.Edits;

/// <summary>One client's intentions, one after the other.</summary>
/// <remarks>
/// Each takes the same draws from the seed, whatever becomes of it: with the same seed a client intends the same, however quick the server is and whatever the others do. Where it ends up depends
/// on the document as the client sees it then.
/// </remarks>
internal sealed class Intentions(int seed, EditMix mix, Pastes pastes)
{
    // One in so many goes to another place first.
    private const int PerMove = 60;

    private readonly Random _random = new(seed);

    public Intention Next()
    {
        var kind = mix.Pick(_random.NextDouble());
        bool isPaste = _random.NextDouble() < pastes.Share;
        bool moves = _random.Next(PerMove) == 0;
        return new Intention(kind, isPaste && kind == EditKind.Insert, moves, _random.NextDouble(), _random.NextDouble(), _random.Next());
    }
}
