namespace Collab.Grains.Documents;

/// <summary>Operations that a document's next flush waits for, because whoever sent those of the last one is likely to send the next at once.</summary>
/// <remarks>
/// Who types in a loop answers what was pushed within less than the next flush would take; without waiting, half of them would always be in a flush while the other half is being told of
/// the last one, and everybody is told twice as often. Where nobody answers that fast, nothing is waited for; nor where it happens now and then, as with people whose letters meet by chance: only after so many flushes that followed
/// each other, as those of programs do all the time. Used from the document's turns.
/// </remarks>
internal sealed class Company(CompanyClock clock)
{
    /// <summary>Whoever has not sent the next operation this long after the last flush does not send one after the other.</summary>
    private static readonly TimeSpan AnswerTime = 2 * CompanyClock.Tick;

    /// <summary>
    /// So many flushes have to begin within <see cref="AnswerTime"/> of the one before; each that doesn't takes away half of what has been counted. Eight people who type in step, or a letter every few milliseconds, don't get there.
    /// </summary>
    private const int QuickLeast = 16;
    private const int QuickLimit = 2 * QuickLeast;

    /// <summary>So many flushes at most don't wait for company after it did not come.</summary>
    private const int LonelyLimit = 64;

    private CompanyWait? _wait;
    private int _expected;
    private long _flushedAt;
    private int _quick;
    private int _lonely;
    private int _lonelyLeft;

    /// <summary>Waits for those who sent what the last flush had, if there is a chance that they come.</summary>
    /// <param name="queued">How many operations are there.</param>
    public async ValueTask GatherAsync(int queued)
    {
        bool isQuick = clock.Since(_flushedAt) <= AnswerTime;
        _quick = isQuick ? Math.Min(_quick + 1, QuickLimit) : _quick / 2;
        if (queued >= _expected || !isQuick || _quick < QuickLeast)
            return;
        if (_lonelyLeft > 0)
        {
            _lonelyLeft--;
            return;
        }

        _wait = new CompanyWait();
        clock.Watch(_wait);
        bool isComplete = await _wait.Task;
        _wait = null;
        _lonely = isComplete ? 0 : Math.Clamp(2 * _lonely, 1, LonelyLimit);
        _lonelyLeft = _lonely;
    }

    /// <summary>One more came.</summary>
    /// <param name="queued">How many operations are there with it.</param>
    public void Come(int queued) => _wait?.Come(isComplete: queued >= _expected);

    /// <summary>A flush is over.</summary>
    /// <param name="underWay">How many had an operation on its way: those in it, and those that came meanwhile.</param>
    public void Flushed(int underWay) => (_expected, _flushedAt) = (underWay, clock.Now);

    /// <summary>Nothing more is waited for.</summary>
    public void End() => _wait?.End();
}
