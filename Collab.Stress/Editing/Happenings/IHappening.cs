namespace Collab.Stress.Editing.Happenings;

/// <summary>What happens while people edit.</summary>
internal interface IHappening
{
    /// <summary>Until <paramref name="over"/>; leaves everything so that the last answers can come.</summary>
    Task RunAsync(IReadOnlyList<Room> rooms, CancellationToken over);
}
