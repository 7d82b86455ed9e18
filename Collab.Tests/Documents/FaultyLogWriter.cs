using Collab.Grains.Log;

namespace Collab.Tests.Documents;

/// <summary>The real writer, whose next append can be made to fail in either of the two ways that a store does.</summary>
internal sealed class FaultyLogWriter(ILogWriter writer) : ILogWriter
{
    /// <summary>The next append is lost, and reported so.</summary>
    public bool LosesNext { get; set; }

    /// <summary>The next append is done, and reported as failed.</summary>
    public bool HidesNext { get; set; }

    private volatile bool _isAway;

    /// <summary>Every append fails until the returned is disposed.</summary>
    public IDisposable TakeAway()
    {
        _isAway = true;
        return new Return(this);
    }

    public TimeSpan? AwayFor => writer.AwayFor;

    public async Task<AppendOutcome> AppendAsync(LogAppend append)
    {
        if (_isAway)
            throw new LogUnavailableException("The test took the log away.");
        if (LosesNext)
        {
            LosesNext = false;
            throw new LogUnavailableException("The test lost this append.");
        }

        var outcome = await writer.AppendAsync(append);
        if (!HidesNext)
            return outcome;
        HidesNext = false;
        throw new LogUnavailableException("The test hides that this append was done.");
    }

    private sealed class Return(FaultyLogWriter writer) : IDisposable
    {
        public void Dispose() => writer._isAway = false;
    }
}
