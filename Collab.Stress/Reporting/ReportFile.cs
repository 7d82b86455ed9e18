namespace Collab.Stress.Reporting;

/// <summary>A file that a report goes to. Opened before the run: one that can't be written is told then, and not after hours.</summary>
/// <exception cref="IOException">It can't be opened.</exception>
/// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
internal sealed class ReportFile(string path) : IDisposable
{
    private readonly FileStream _stream = new(path, FileMode.OpenOrCreate, FileAccess.Write);

    public async Task WriteAsync(string report)
    {
        // A pipe or a terminal has no length.
        if (_stream.CanSeek)
            _stream.SetLength(0);
        await using var writer = new StreamWriter(_stream, leaveOpen: true);
        await writer.WriteAsync(report);
    }

    /// <summary>What stood in it stays, if there was no report; it goes if there was nothing.</summary>
    public void Dispose()
    {
        bool isEmpty = _stream.CanSeek && _stream.Length == 0;
        _stream.Dispose();
        if (isEmpty)
            File.Delete(path);
    }
}
