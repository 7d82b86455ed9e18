namespace Collab.Grains.Log.Sqlite;

/// <summary>What one write to the commit journal made durable.</summary>
/// <param name="Number">Commits are numbered from 1, without gaps, as long as the database lives.</param>
/// <param name="Appends">As they lie in the frame, one behind the other.</param>
/// <param name="Bytes">What it takes in the journal.</param>
internal readonly record struct Commit(long Number, ReadOnlyMemory<byte> Appends, int Bytes)
{
    public IEnumerable<JournalAppend> Read()
    {
        for (var from = new JournalReader(Appends); !from.IsAtEnd;)
            yield return JournalAppend.Read(Number, ref from);
    }
}
