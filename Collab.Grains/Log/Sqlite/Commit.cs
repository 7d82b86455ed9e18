namespace Collab.Grains.Log.Sqlite;

/// <summary>What one write to the commit journal made durable.</summary>
/// <param name="Number">Commits are numbered from 1, without gaps, as long as the database lives.</param>
/// <param name="Bytes">What it takes in the journal.</param>
internal sealed record Commit(long Number, IReadOnlyList<LogAppend> Appends, int Bytes);
