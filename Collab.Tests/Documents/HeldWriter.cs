using Collab.Grains.Log;

namespace Collab.Tests.Documents;

/// <summary>A writer whose appends the test completes.</summary>
internal sealed class HeldWriter : ILogWriter
{
    private readonly Queue<TaskCompletionSource<AppendOutcome>> _held = new();

    public List<LogAppend> Appends { get; } = [];

    public TimeSpan? AwayFor { get; set; }

    public Task<AppendOutcome> AppendAsync(LogAppend append)
    {
        Appends.Add(append);
        var held = new TaskCompletionSource<AppendOutcome>();
        _held.Enqueue(held);
        return held.Task;
    }

    public async Task<bool> AskedAsync(int times)
    {
        await Eventually.IsTrue(() => Appends.Count >= times);
        return true;
    }

    public void Complete(AppendOutcome outcome) => _held.Dequeue().SetResult(outcome);

    public void Fail(Exception failure) => _held.Dequeue().SetException(failure);
}
